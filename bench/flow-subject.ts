import type { Node } from 'node-red';
import type { Bare, Sink } from './nodes';
import type { FlowNode, Message, Runtime } from './runtime';
import type { Variant } from './samples';
import type { Subject } from './window';

/** A tab of its own for a variant: a source, the nodes in between, and sinks for results and for errors. */
export interface FlowPlan {
  /** Name of the tab and beginning of its nodes' ids. */
  readonly id: string;
  readonly variant: Variant;
  /** The first of these gets the messages of the source; who is wired to `sinkOf(id)` ends a unit. */
  readonly nodes: readonly FlowNode[];
}

export function sinkOf(id: string): string {
  return `${id}-sink`;
}

/** The flows of a plan, as flows.json holds them. */
export function flowsOf({ id, nodes }: FlowPlan): FlowNode[] {
  return [
    { id, type: 'tab', label: id },
    { id: `${id}-source`, z: id, type: 'bench-source', wires: [[nodes[0].id]] },
    ...nodes.map((node) => ({ z: id, ...node })),
    { id: sinkOf(id), z: id, type: 'bench-sink', wires: [] },
    { id: `${id}-catch`, z: id, type: 'catch', scope: null, uncaught: false, wires: [[`${id}-errors`]] },
    { id: `${id}-errors`, z: id, type: 'bench-sink', wires: [] },
  ];
}

/** A flow as a subject: a unit is a message, from the source to the sink. */
export class FlowSubject implements Subject {
  readonly variant: Variant;
  onEnd: Subject['onEnd'] = () => undefined;
  private readonly source: Node;

  /**
   * @param message makes the properties of the next message
   * @param isLast whether a message at the sink ends its unit
   */
  constructor(
    runtime: Runtime,
    { id, variant }: FlowPlan,
    private readonly message: () => Record<string, unknown>,
    { isLast = () => true, weight }: { isLast?: (msg: Message) => boolean; weight?: number } = {},
  ) {
    this.variant = variant;
    this.source = runtime.node(`${id}-source`);
    const sink = runtime.node(sinkOf(id)) as Sink;
    const errors = runtime.node(`${id}-errors`) as Sink;
    sink.take = (msg) => {
      if (isLast(msg)) this.onEnd(msg.at as number, false);
    };
    errors.take = (msg) => {
      firstError(id, msg);
      this.onEnd(msg.at as number, true);
    };
    this.weight = weight;
  }

  readonly weight: number | undefined;

  begin(at: number): void {
    // Node-RED's nodes put properties on a plain object. On Node 20, V8 takes 1 µs for each property that is set on one
    // made by `{ ...x }`: whoever puts more on the message would seem to be slower.
    this.source.send(Object.assign(this.message(), { at }) as Message);
  }
}

/** The same flow of ours under two names. */
export function oursTwice(nodes: (id: string) => FlowPlan['nodes']): FlowPlan[] {
  return [
    { id: 'ours', variant: 'ours', nodes: nodes('ours') },
    { id: 'again', variant: 'ours again', nodes: nodes('again') },
  ];
}

/** A bare node alone. */
export const barePlan: FlowPlan = {
  id: 'bare',
  variant: 'bare',
  nodes: [{ id: 'bare-node', type: 'bench-bare', wires: [[sinkOf('bare')]] }],
};

/** What the node of {@link barePlan} does with a message, where that is among the plans. */
export function setBareWork(runtime: Runtime, plans: readonly FlowPlan[], work: Bare['work']): void {
  if (plans.includes(barePlan)) (runtime.node(barePlan.nodes[0].id) as Bare).work = work;
}

const told = new Set<string>();

/** The first error of a flow is worth reading; they are all counted. */
function firstError(id: string, msg: Message): void {
  if (told.has(id)) return;
  told.add(id);
  console.error(`${id}: ${JSON.stringify(msg.error)}`);
}

/** A function as a subject: what the library does without Node-RED. */
export class PlainSubject implements Subject {
  onEnd: Subject['onEnd'] = () => undefined;

  constructor(
    readonly variant: Variant,
    private readonly work: () => Promise<unknown>,
    readonly weight?: number,
  ) {}

  begin(at: number): void {
    this.work().then(
      () => this.onEnd(at, false),
      (error: unknown) => {
        firstError(this.variant, { error: String(error) } as unknown as Message);
        this.onEnd(at, true);
      },
    );
  }
}
