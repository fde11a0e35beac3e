import type { Node, NodeAPI } from 'node-red';
import { configError, excerpt, isPlainObject } from '../../src/cloud/input';

type Values = Readonly<Record<string, unknown>>;

/** A config node as a dialog holds it: changed or new, and not deployed. */
export interface Draft {
  readonly id: string;
  readonly type: string;
  /** The fields of the dialog, as the flow would save them. */
  readonly fields: Values;
  /** The credentials that were typed in; one that is only known to be saved is left out. */
  readonly credentials: Values;
}

/** A config node that a dialog named. */
export interface FoundNode<T extends Node> {
  /** The running node, when the dialog holds nothing else than what is deployed. */
  readonly running?: T;
  /** Its fields, with environment variables put in. */
  readonly config: Values;
  /** Its credentials: what was typed in and, unless it has moved, what is saved. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Whether what is not deployed would send credentials elsewhere than what is deployed does. */
  readonly moved: boolean;
}

/** Config nodes that one look-up can bring along: a flow node's, and those that they refer to. */
const MOST_DRAFTS = 8;
const MOST_FIELDS = 40;
const LONGEST_VALUE = 10_000;

const VARIABLE = /^\$\{(\w+)\}$/;

/** The config nodes of Node-RED with those laid over them that a dialog holds and that are not deployed. */
export class EditorNodes {
  constructor(
    private readonly RED: NodeAPI,
    private readonly drafts: readonly Draft[],
  ) {}

  /**
   * A config node by its id.
   * @param destination the fields that decide where its secrets are sent. When one of them differs from what is
   *   deployed, saved credentials are left out: a secret goes to the address that it was deployed for, and to no other
   *   that somebody has only typed in
   * @param via the config node that this one sends its secrets through, for the same reason
   * @throws CloudError GIZ_CONFIG when there is no such node
   */
  find<T extends Node>(
    id: unknown,
    type: string,
    destination: readonly string[] = [],
    via?: { readonly moved: boolean },
  ): FoundNode<T> {
    const node = typeof id === 'string' ? (this.RED.nodes.getNode(id) as T | null) : null;
    const running = node?.type === type ? node : undefined;
    const draft = this.drafts.find((one) => one.id === id && one.type === type);
    const saved = (running && this.savedFields(running.id)) ?? {};
    if (!draft && !running) throw configError('node', { field: type });
    const stored = textsOf(running?.credentials);
    const fields = draft?.fields ?? {};
    const typed = this.withVariables(draft?.credentials ?? {}, running);
    const differs = (field: string): boolean => field in fields && asText(fields[field]) !== asText(saved[field]);
    const moved = running !== undefined && (via?.moved === true || destination.some(differs));
    const retyped = Object.entries(typed).some(([name, value]) => asText(value) !== asText(stored[name]));
    const same = !moved && !retyped && !Object.keys(fields).some(differs);
    return {
      ...(same && running ? { running } : {}),
      config: this.withVariables({ ...saved, ...fields }, running),
      credentials: { ...(moved ? {} : stored), ...textsOf(typed) },
      moved,
    };
  }

  /** The fields as deployed: the running node has kept only what it needs. */
  private savedFields(id: string): Values | undefined {
    let found: Values | undefined;
    this.RED.nodes.eachNode((node) => {
      if (node.id === id) found = node as unknown as Values;
    });
    return found;
  }

  /** What Node-RED does at a deploy: `${NAME}` as a whole value is an environment variable. One that is not set stays. */
  private withVariables(values: Values, node: Node | undefined): Record<string, unknown> {
    const replaced: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(values)) {
      const variable = typeof value === 'string' && VARIABLE.test(value);
      const put = variable ? this.RED.util.evaluateNodeProperty(value, 'env', node as Node, {}) : value;
      replaced[name] = put === '' || put === undefined ? value : put;
    }
    return replaced;
  }
}

/** The config nodes that a request brings along; undefined when it does not have their form. */
export function readDrafts(nodes: unknown): Draft[] | undefined {
  if (nodes === undefined) return [];
  if (!Array.isArray(nodes) || nodes.length > MOST_DRAFTS) return undefined;
  const drafts: Draft[] = [];
  for (const node of nodes as unknown[]) {
    if (!isPlainObject(node) || typeof node.id !== 'string' || typeof node.type !== 'string') return undefined;
    const fields = readValues(node.fields);
    const credentials = readValues(node.credentials);
    if (!fields || !credentials) return undefined;
    drafts.push({ id: node.id, type: node.type, fields, credentials });
  }
  return drafts;
}

/** Short texts, numbers and booleans by name, on an object without a prototype. */
function readValues(values: unknown): Values | undefined {
  if (!isPlainObject(values)) return undefined;
  const entries = Object.entries(values);
  const plain = entries.every(([, value]) => typeof value !== 'object' && asText(value).length <= LONGEST_VALUE);
  if (!plain || entries.length > MOST_FIELDS) return undefined;
  return Object.assign(Object.create(null), Object.fromEntries(entries)) as Values;
}

function textsOf(values: unknown): Record<string, string> {
  const texts: Record<string, string> = {};
  if (typeof values !== 'object' || values === null) return texts;
  for (const [name, value] of Object.entries(values)) if (typeof value === 'string') texts[name] = value;
  return texts;
}

function asText(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

/** @throws CloudError GIZ_CONFIG for a saved secret that was left out, since it would go to another address. */
export function requireRetyped(found: FoundNode<Node>, field: string): void {
  if (found.moved && !found.credentials[field]) throw configError('retype', { field: excerpt(field) });
}
