import { currentValue, fieldOf, shownValue } from './fields';
import { ownSubkey } from './own-subkey';
import { regionOf, SIMULATOR } from './region';
import { commonText } from './text';

/** Config nodes that work on the simulated cloud without anything typed in: the fields that say so. */
const SIMULATED: Readonly<Record<string, () => Record<string, string>>> = {
  'gizwits-enterprise': () => ({ region: SIMULATOR }),
  'gizwits-product': () => ({ enterprise: simulatedNode('gizwits-enterprise'), subkey: ownSubkey() }),
  'gizwits-app': () => ({ region: SIMULATOR }),
  'expeed-platform': () => ({ region: SIMULATOR }),
};

/** What the field of a config node holds while none is chosen. */
const NONE: readonly unknown[] = ['', undefined, null];

/** Config nodes made by the button that is being pressed. */
let made: EditorNode<object>[] = [];

/**
 * Helps with the config nodes that a dialog refers to: the only one there is is chosen for a new node, and while none is
 * chosen a button offers the simulated cloud, with every config node that it takes.
 */
export function helpWithConfigNodes(node: EditorNode<object>): void {
  for (const [property, { type }] of Object.entries(node._def.defaults)) {
    if (type && Object.hasOwn(SIMULATED, type)) help(node, property, type);
  }
}

function help(node: EditorNode<object>, property: string, type: string): void {
  const select = fieldOf(node, property);
  if (isNew(node) && NONE.includes(currentValue(node, property))) {
    const [only, ...more] = configNodes(type);
    if (only && more.length === 0) select.val(only.id);
  }
  const button = $('<button type="button" class="red-ui-button red-ui-button-small gizwits-simulate">').text(
    commonText('button.simulate'),
  );
  const offer = $('<div class="gizwits-hint">')
    .append(document.createTextNode(`${commonText('hint.simulate')} `), button)
    .appendTo(select.closest('.gizwits-field'));
  const refresh = (): void => {
    offer.toggle(NONE.includes(shownValue(select)));
  };
  select.on('change', refresh);
  refresh();
  button.on('click', () => {
    choose(select, useSimulatedCloud(type));
    select.trigger('focus');
  });
}

/** Whether nothing of the node is deployed: its author has not said yet that it shall have none. */
function isNew(node: EditorNode<object>): boolean {
  return (node as { changed?: boolean }).changed === true || !RED.nodes.node(node.id);
}

/** The id of a config node on the simulated cloud; it and what it needs is made, to be undone in one step, if there is none. */
function useSimulatedCloud(type: string): string {
  made = [];
  const id = simulatedNode(type);
  if (made.length > 0) {
    RED.history.push({ t: 'add', nodes: made.map((node) => node.id), dirty: RED.nodes.dirty() } as never);
    RED.nodes.dirty(true);
    RED.view.redraw(true);
  }
  return id;
}

function simulatedNode(type: string): string {
  const there = configNodes(type).find(isSimulated);
  return there ? there.id : makeNode(type);
}

function isSimulated(node: EditorNode<object>): boolean {
  const { region, enterprise } = node as { region?: unknown; enterprise?: unknown };
  return node.type === 'gizwits-product' ? regionOf(enterprise) === SIMULATOR : region === SIMULATOR;
}

function makeNode(type: string): string {
  const definition = RED.nodes.getType(type) as unknown as EditorNodeType & { _: unknown };
  const fields: Record<string, unknown> = {};
  for (const [name, { value }] of Object.entries(definition.defaults)) fields[name] = structuredClone(value);
  // What it refers to is made first.
  Object.assign(fields, SIMULATED[type]?.());
  const node = {
    ...fields,
    id: RED.nodes.id(),
    type,
    z: '',
    users: [],
    changed: true,
    _def: definition,
    _: definition._,
  };
  RED.nodes.add(node as never);
  made.push(node as never);
  return node.id;
}

/** The config nodes of a type that a node on the open tab may use. */
function configNodes(type: string): EditorNode<object>[] {
  const found: EditorNode<object>[] = [];
  RED.nodes.eachConfig((one) => {
    const node = one as unknown as EditorNode<{ type: string; z?: string; d?: boolean }>;
    if (node.type === type && !node.d && (!node.z || node.z === String(RED.workspaces.active()))) found.push(node);
    return true;
  });
  return found;
}

/** Chooses a config node in the editor's list, which does not hear of new ones by itself. */
function choose(select: JQuery, id: string): void {
  const options = select.find('option').get() as HTMLOptionElement[];
  if (!options.some(({ value }) => value === id)) {
    const label = RED.utils.getNodeLabel(RED.nodes.node(id) as never, id);
    $('<option>').val(id).text(label).prependTo(select);
  }
  select.val(id).trigger('change');
}
