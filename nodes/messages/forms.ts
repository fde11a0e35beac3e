/** The part of JSON Schema (draft 7) that the messages are described in. */
export interface Form {
  $ref?: string;
  type?: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'null' | readonly string[];
  const?: unknown;
  enum?: readonly unknown[];
  pattern?: string;
  format?: string;
  minimum?: number;
  items?: Form;
  properties?: Readonly<Record<string, Form>>;
  required?: readonly string[];
  additionalProperties?: boolean;
  anyOf?: readonly Form[];
  allOf?: readonly Form[];
  /** The TypeScript type where it is another than what JSON Schema says: `Buffer`. */
  tsType?: string;
}

/** Properties by name; a name with `?` at its end may be absent. */
type Fields = Readonly<Record<string, Form>>;

export const text: Form = { type: 'string' };
export const count: Form = { type: 'integer', minimum: 0 };
export const numeric: Form = { type: 'number' };
export const yesOrNo: Form = { type: 'boolean' };
export const time: Form = { type: 'string', format: 'date-time' };
/** Whatever the cloud gives or the flow has given. */
export const anything: Form = { tsType: 'unknown' };
/** Bytes in memory; in JSON they would be `{"type": "Buffer", "data": […]}`. */
export const buffer: Form = { type: 'object', tsType: 'Buffer' };
/** An object of which no more is known than that it is one. */
export const fields: Form = { type: 'object' };

export function only<const T>(value: T): Form {
  return { const: value };
}

export function words(...values: readonly string[]): Form {
  return { type: 'string', enum: values };
}

export function list(items: Form): Form {
  return { type: 'array', items };
}

export function either(...anyOf: readonly Form[]): Form {
  return { anyOf };
}

/** A form and what more is known of it here. */
export function narrowed(form: Form, properties: Fields): Form {
  return { allOf: [form, open(properties)] };
}

/** Another definition, by its name. */
export function ref(name: string): Form {
  return { $ref: `#/definitions/${name}` };
}

/** An object of ours: it has these properties and no other. */
export function closed(properties: Fields): Form {
  return { ...open(properties), additionalProperties: false };
}

/** An object of the cloud's, or a message: others may put more into it. */
export function open(properties: Fields): Form {
  const entries = Object.entries(properties);
  const required = entries.map(([name]) => name).filter((name) => !name.endsWith('?'));
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, form]) => [name.replace(/\?$/, ''), form])),
    ...(required.length > 0 ? { required } : {}),
  };
}
