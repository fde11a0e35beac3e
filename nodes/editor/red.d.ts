import type { EditorNodeInstance, EditorNodeProperties, EditorRED } from 'node-red';

declare module '@node-red/editor-client' {
  interface WidgetEditableListOptions<T> {
    /** Buttons below the list, besides or instead of the one that adds. */
    buttons?: { label: string; icon?: string; title?: string; click(event: JQuery.TriggeredEvent): void }[];
  }
}

/**
 * The editor as our dialogs use it. `@types/node-red` describes most of it; what is declared here is what it leaves out
 * (as seen in the editor client of Node-RED 4.1 and 5.0): validators that give a reason, labels of properties,
 * the edit stack, the check of typed values and the change event with a type.
 */
declare global {
  /** A node as the editor holds it: its saved properties plus what the editor adds. */
  type EditorNode<P extends object> = P &
    EditorNodeInstance<EditorNodeProperties> & {
      _def: EditorNodeType;
      /** Loaded with the first dialog; passwords only as `has_<name>`. */
      credentials?: Record<string, unknown>;
    };

  interface EditorNodeType {
    category: string;
    defaults: Record<string, { value: unknown; type?: string }>;
    credentials?: Record<string, EditorCredential>;
    oneditcancel?(this: EditorNode<object>): void;
  }

  /**
   * Returns true, or the reason in the reader's language. Node-RED takes a string only from a function that declares
   * two parameters. `options` carries the property's label, when it has one.
   */
  type EditorValidator = (this: EditorNode<object>, value: unknown, options?: { label?: string }) => boolean | string;

  interface EditorProperty<T> {
    value: T;
    required?: boolean;
    /** Type of the config node that this property points to. */
    type?: string;
    label?: string;
    validate?: EditorValidator;
  }

  interface EditorCredential {
    type: 'text' | 'password';
    label?: string;
    required?: boolean;
    validate?: EditorValidator;
  }

  interface EditorNodeDefinition<P extends object> {
    category: string;
    color?: string;
    icon?: string;
    defaults: { [K in keyof P]: EditorProperty<P[K]> };
    credentials?: Record<string, EditorCredential>;
    inputs?: 0 | 1;
    outputs?: number;
    align?: 'left' | 'right';
    label(this: EditorNode<P>): string;
    labelStyle?(this: EditorNode<P>): string;
    paletteLabel(): string;
    inputLabels?(this: EditorNode<P>): string;
    outputLabels?(this: EditorNode<P>, index: number): string;
    oneditprepare?(this: EditorNode<P>): void;
    oneditsave?(this: EditorNode<P>): void;
    oneditresize?(this: EditorNode<P>, size: { width: number; height: number }): void;
  }

  /** Widgets of the editor that `@types/node-red` leaves out, as far as they are used. */
  interface JQuery {
    searchBox(options: { style?: 'compact'; delay?: number; change(): void }): this;
    treeList(options: { data: object[]; autoSelect?: boolean }): this;
    treeList(method: 'data', items: object[]): void;
    autoComplete(options: {
      search(text: string): { value: string; label: string | JQuery }[];
      minLength?: number;
    }): this;
  }

  interface EditorGlobal extends Omit<EditorRED, 'nodes' | 'editor' | 'utils' | 'clipboard' | 'view' | '_'> {
    /** The text of a catalogue key `<set id>:<path>`; the key itself when there is none. */
    _(key: string, params?: Record<string, string | number>): string;
    nodes: Omit<EditorRED['nodes'], 'registerType'> & {
      registerType<P extends object>(type: string, definition: EditorNodeDefinition<P>): void;
    };
    editor: EditorRED['editor'] & {
      /** The nodes whose dialogs are open, the topmost last. */
      getEditStack(): object[];
    };
    view: EditorRED['view'] & {
      /** Draws the status of a node again. */
      redrawStatus(node: object): void;
    };
    clipboard: {
      /** Copies text, with a note at an element that it was done; false when the browser does not allow it. */
      copyText(value: string, element: JQuery, note?: string): boolean;
    };
    utils: EditorRED['utils'] & {
      /** True, or the reason why a typed value cannot be right. */
      validateTypedProperty(value: string, type: string, options?: { label?: string }): true | string;
    };
  }

  const RED: EditorGlobal;
}
