import { fieldOf, isOpen } from './fields';
import { messageOf } from './picker';
import { askSchema, onProduct, type ProductSchema } from './product-data';
import { commonText } from './text';

/** The datapoint definition as an open dialog has it. */
export interface DialogSchema {
  /** What was read last, of the product that is chosen; undefined before that, and where it cannot be read. */
  readonly known: ProductSchema | undefined;
  /** Why it cannot be read, in the reader's language. */
  readonly trouble: string | undefined;
  /** Reads it; `refresh` asks for a newer one. @throws NoAnswer */
  load(refresh: boolean): Promise<ProductSchema>;
  /** Calls back whenever something of this has changed. */
  onChange(heard: () => void): void;
}

/** Follows the definition of the product that the node's dialog has chosen. Nothing of the node is changed by it. */
export function dialogSchema(node: EditorNode<object>): DialogSchema {
  const listeners: (() => void)[] = [];
  const state = { known: undefined as ProductSchema | undefined, trouble: undefined as string | undefined };
  const product = fieldOf(node, 'product');
  const set = (known: ProductSchema | undefined, trouble: string | undefined): void => {
    if (!isOpen(product)) return;
    Object.assign(state, { known, trouble });
    for (const heard of listeners) heard();
  };
  let turn = 0;
  const load = async (refresh: boolean): Promise<ProductSchema> => {
    const mine = ++turn;
    try {
      const schema = await askSchema(node, refresh);
      if (mine === turn) set(schema, undefined);
      return schema;
    } catch (error) {
      if (mine === turn) set(state.known, messageOf(error));
      throw error;
    }
  };
  onProduct(node, () => {
    set(undefined, undefined);
    // What goes wrong stands in `trouble`.
    load(false).catch(() => undefined);
  });
  return {
    get known() {
      return state.known;
    },
    get trouble() {
      return state.trouble;
    },
    load,
    onChange: (heard) => void listeners.push(heard),
  };
}

/** Says below a form whether the definition behind it could be read. */
export function showSchemaState(line: JQuery, schema: DialogSchema): void {
  const show = (): void => {
    const { known, trouble } = schema;
    if (trouble !== undefined) line.text(commonText('attributes.unread', { reason: trouble }));
    else if (known && !known.datapoints.some(({ access }) => access === 'writable'))
      line.text(commonText('attributes.none'));
    else line.text('');
    line.toggle(line.text() !== '');
  };
  schema.onChange(show);
  show();
}
