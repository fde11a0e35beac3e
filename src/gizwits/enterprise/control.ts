import { accepts } from '../../cloud/catalogue';
import { badInput } from '../../cloud/errors';
import { type Attrs, copyAttrs, isSchemaMismatch, validateAttrs } from '../datapoints/attrs';
import { normaliseRaw } from '../datapoints/raw';
import type { CallOptions } from './account';
import type { ProductClient } from './product-client';

/** What a device is told: datapoint values, or bytes of a pass-through product. Checked, in the form of the wire. */
export interface Command {
  attrs?: Attrs;
  raw?: number[];
}

export interface CommandOptions {
  mode: 'attrs' | 'raw';
  /** Coding of bytes given as text. */
  encoding: 'hex' | 'base64';
  /** Whether attrs are checked against the product's definition. */
  validate: boolean;
  options: CallOptions;
}

/**
 * Checks a value and makes a command of it. A value that the known definition does not admit is checked once more
 * against a newer one, since products gain datapoints while gateways run.
 * @throws CloudError GIZ_BAD_INPUT; or that of fetching the definition. Nothing has been sent then.
 */
export async function prepareCommand(
  client: ProductClient,
  value: unknown,
  { mode, encoding, validate, options }: CommandOptions,
): Promise<Command> {
  if (value === undefined || value === null)
    throw badInput('required', {
      field: 'value',
      accepted: accepts(mode === 'raw' ? 'bytesOrText' : 'attrs', { coding: encoding }),
    });
  if (mode === 'raw') return normaliseRaw(value, encoding);
  // The names are checked before anything is fetched for them.
  const copy = copyAttrs(value);
  if (!validate) return { attrs: copy };
  const schema = await client.schema(options);
  try {
    return { attrs: validateAttrs(schema, value, encoding) };
  } catch (error) {
    const newer = isSchemaMismatch(error) ? await client.newerSchema(options).catch(() => undefined) : undefined;
    if (!newer) throw error;
    return { attrs: validateAttrs(newer, value, encoding) };
  }
}
