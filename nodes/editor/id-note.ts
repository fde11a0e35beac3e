import { NoAnswer } from './ask';
import { currentValue, isOpen } from './fields';
import { messageOf } from './picker';
import { askDevices, askGroups, onProduct } from './product-data';
import { commonText } from './text';

/** What an id names. */
export type IdKind = 'did' | 'mac' | 'group';

/** How the ids of a field are read. */
interface NotedIds {
  /** The ids that are written out; none where they come from elsewhere. */
  ids(): string[];
  kind(id: string): IdKind;
}

interface Note {
  text: string;
  wrong: boolean;
}

/** After a key, before what was typed in is looked for. */
const PAUSE_MS = 600;

/** Ids that are looked for; more of them are a list that somebody keeps elsewhere. */
const MOST_IDS = 5;

/** A device id of the cloud: 22 letters and digits. */
const DID = /^[A-Za-z0-9]{22}$/;

/** What an id names that may be either. */
export function deviceKind(id: string): 'did' | 'mac' {
  return DID.test(id) ? 'did' : 'mac';
}

/**
 * Keeps a line below a field that says what its id stands for, or which of its ids the product does not have. Where that
 * cannot be found out, it says why; the field is never touched.
 */
export function noteIds(node: EditorNode<object>, line: JQuery, input: JQuery, { ids, kind }: NotedIds): void {
  let turn = 0;
  let timer: number | undefined;
  let looked = '';
  const look = async (): Promise<void> => {
    if (!isOpen(input)) return;
    const written = ids();
    const question = JSON.stringify([currentValue(node, 'product'), written.map((id) => [kind(id), id])]);
    if (question === looked) return;
    looked = question;
    const mine = ++turn;
    line.removeClass('gizwits-wrong').text('');
    if (written.length === 0 || written.length > MOST_IDS) return;
    const note = await noteOn(node, written, kind).catch((error: unknown) => uncertain(written, error));
    if (mine === turn) line.toggleClass('gizwits-wrong', note.wrong).text(note.text);
  };
  input.on('change keyup', () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void look(), PAUSE_MS);
  });
  onProduct(node, () => void look());
}

async function noteOn(node: EditorNode<object>, ids: string[], kind: NotedIds['kind']): Promise<Note> {
  const notes = await Promise.all(ids.map((id) => describe(node, id, kind(id))));
  const missing = ids.filter((_id, index) => notes[index] === undefined);
  if (missing.length > 0) return { text: commonText('option.notFound', { value: missing.join(', ') }), wrong: true };
  return { text: ids.length === 1 ? (notes[0] ?? '') : '', wrong: false };
}

/** What an id stands for; undefined when the product does not have it. */
async function describe(node: EditorNode<object>, id: string, kind: IdKind): Promise<string | undefined> {
  if (kind === 'group') return (await askGroups(node)).some(({ gid }) => gid === id) ? '' : undefined;
  const { devices } = await askDevices(node, { text: id, by: kind });
  const device = devices.find((one) => one[kind] === id);
  if (!device) return undefined;
  const state = commonText(device.online ? 'pick.online' : 'pick.offline');
  const other = kind === 'did' ? device.mac : device.did;
  return [other, state, device.place].filter((part) => part !== '').join(' · ');
}

/** Without a product there is nothing to ask, and the dialog says so elsewhere. */
function uncertain(ids: readonly string[], error: unknown): Note {
  const unasked = error instanceof NoAnswer && error.code === '';
  const text = unasked ? '' : commonText('pick.unchecked', { value: ids.join(', '), reason: messageOf(error) });
  return { text, wrong: false };
}
