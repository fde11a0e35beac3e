import { NoAnswer } from './ask';
import { currentValue, fieldOf, isOpen } from './fields';
import { messageOf } from './picker';
import { commonText } from './text';

/** How the ids of a field are read, and where they are looked for. */
export interface NotedIds {
  /** The ids that are written out; none where they come from elsewhere. */
  ids(): string[];
  /** What an id stands for, possibly nothing worth saying; undefined when it does not exist. @throws NoAnswer */
  describe(id: string): Promise<string | undefined>;
  /** The property that chooses the config node which is asked; a part of the question, as `about` is. */
  owner: 'product' | 'app';
  /** What else decides what an id means. */
  about?(): string;
}

interface Note {
  text: string;
  wrong: boolean;
}

/** After a key, before what was typed in is looked for. */
const PAUSE_MS = 600;

/** Ids that are looked for; more of them are a list that somebody keeps elsewhere. */
const MOST_IDS = 5;

/**
 * Keeps a line below a field that says what its id stands for, or which of its ids do not exist. Where that cannot be
 * found out, it says why; the field is never touched.
 */
export function noteIds(node: EditorNode<object>, line: JQuery, input: JQuery, noted: NotedIds): void {
  let turn = 0;
  let timer: number | undefined;
  let looked = '';
  const look = async (): Promise<void> => {
    if (!isOpen(input)) return;
    const written = noted.ids();
    const question = JSON.stringify([currentValue(node, noted.owner), noted.about?.(), written]);
    if (question === looked) return;
    looked = question;
    const mine = ++turn;
    line.removeClass('gizwits-wrong').text('');
    if (written.length === 0 || written.length > MOST_IDS) return;
    const note = await noteOn(written, noted).catch((error: unknown) => uncertain(written, error));
    if (mine === turn) line.toggleClass('gizwits-wrong', note.wrong).text(note.text);
  };
  input.on('change keyup', () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void look(), PAUSE_MS);
  });
  fieldOf(node, noted.owner).on('change', () => void look());
  void look();
}

async function noteOn(ids: string[], { describe }: NotedIds): Promise<Note> {
  const notes = await Promise.all(ids.map(describe));
  const missing = ids.filter((_id, index) => notes[index] === undefined);
  if (missing.length > 0) return { text: commonText('option.notFound', { value: missing.join(', ') }), wrong: true };
  return { text: ids.length === 1 ? (notes[0] ?? '') : '', wrong: false };
}

/** Without a config node there is nothing to ask, and the dialog says so elsewhere. */
function uncertain(ids: readonly string[], error: unknown): Note {
  const unasked = error instanceof NoAnswer && error.code === '';
  const text = unasked ? '' : commonText('pick.unchecked', { value: ids.join(', '), reason: messageOf(error) });
  return { text, wrong: false };
}
