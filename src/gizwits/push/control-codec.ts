import { badInput } from '../../cloud/errors';
import { isObject } from './frame-reader';

/** Value of a datapoint in a command; bytes are for extended (binary) datapoints. */
export type ControlValue = boolean | number | string | Uint8Array | readonly number[];

/** One command for one device. Exactly one of `attrs` and `raw` is given. */
export interface RemoteCommand {
  did: string;
  /** Required by the protocol, as the events of the device carry it. */
  mac: string;
  /** One of the products that the connection is logged in with. */
  productKey: string;
  /** Datapoints by name. Not checked against the product's schema here. */
  attrs?: Readonly<Record<string, ControlValue>>;
  /** Names in `attrs` whose text is hexadecimal bytes; only the old protocol writes them differently from other text. */
  binary?: readonly string[];
  /** Bytes as they follow command 0x0090 in the device protocol. */
  raw?: Uint8Array;
}

/**
 * `v2` is the protocol's `remote_control_v2_req` (2019), `v1` the older `remote_control_req`; `v1-raw` is `v1` for
 * products of the first device protocol, whose raw commands have a name of their own (`write_v1`).
 */
export type ControlVersion = 'v2' | 'v1' | 'v1-raw';

/**
 * The command as the protocol takes it.
 * @throws CloudError GIZ_BAD_INPUT when it cannot be sent
 */
export function encodeCommand(command: RemoteCommand, version: ControlVersion): unknown {
  check(command);
  return version === 'v2' ? encodeV2(command) : encodeV1(command, version === 'v1-raw');
}

/** The request command of a version. */
export function requestName(version: ControlVersion): string {
  return version === 'v2' ? 'remote_control_v2_req' : 'remote_control_req';
}

function check(command: RemoteCommand): void {
  for (const field of ['did', 'mac', 'productKey'] as const) {
    if (typeof command[field] !== 'string' || command[field] === '') {
      throw badInput('required', { field, accepted: field });
    }
  }
  const { attrs, raw } = command;
  if ((attrs === undefined) === (raw === undefined)) {
    throw badInput('exclusive', { field: 'attrs, raw', given: attrs === undefined ? '-' : 'attrs, raw' });
  }
  if (raw && raw.length === 0) throw badInput('noItems', { field: 'raw', accepted: '1..' });
  if (attrs && Object.keys(attrs).length === 0)
    throw badInput('noItems', { field: 'attrs', accepted: '{name: value}' });
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (FORBIDDEN.has(name)) throw badInput('forbiddenName', { field: 'attrs', given: name });
    if (!isBytes(value) && !SCALARS.has(typeof value)) {
      throw badInput('type', {
        field: `attrs.${name}`,
        given: String(value),
        accepted: 'boolean, number, string, Buffer',
      });
    }
  }
}

const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const SCALARS: ReadonlySet<string> = new Set(['boolean', 'number', 'string']);

function target({ did, mac, productKey }: RemoteCommand): Record<string, unknown> {
  return { did, mac, product_key: productKey };
}

/** Bytes as hexadecimal text, announced by `binary_coding`. */
function encodeV2(command: RemoteCommand): unknown {
  const { attrs, raw } = command;
  const data = { ...target(command), binary_coding: 'hex' };
  if (raw) return { cmd: 'write', data: { ...data, raw: Buffer.from(raw).toString('hex') } };
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attrs ?? {})) values[name] = isBytes(value) ? hex(value) : value;
  return { cmd: 'write_attrs', data: { ...data, attrs: values } };
}

/** Bytes as a list of numbers 0..255. `source` is required by the field table and left out by most clients. */
function encodeV1(command: RemoteCommand, firstProtocol: boolean): unknown {
  const { attrs, raw, binary } = command;
  const data = target(command);
  const source = 'noti';
  if (raw) return { cmd: firstProtocol ? 'write_v1' : 'write', source, data: { ...data, raw: [...raw] } };
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (isBytes(value)) values[name] = [...value];
    else if (typeof value === 'string' && binary?.includes(name)) values[name] = [...Buffer.from(value, 'hex')];
    else values[name] = value;
  }
  return { cmd: 'write_attrs', source, data: { ...data, attrs: values } };
}

function isBytes(value: ControlValue): value is Uint8Array | readonly number[] {
  return value instanceof Uint8Array || Array.isArray(value);
}

function hex(bytes: Uint8Array | readonly number[]): string {
  return Buffer.from(bytes as Uint8Array).toString('hex');
}

/** Reads both shapes: v1 `["did"]` and `[{did: reason}]`, v2 `[{did}]` and `[{did, reason}]`. */
export function readResult(result: unknown): { succeeded: Set<string>; failed: Map<string, unknown> } {
  const succeeded = new Set<string>();
  const failed = new Map<string, unknown>();
  if (!isObject(result)) return { succeeded, failed };
  for (const entry of listOf(result.succeed)) {
    if (typeof entry === 'string') succeeded.add(entry);
    else if (isObject(entry) && typeof entry.did === 'string') succeeded.add(entry.did);
  }
  for (const entry of listOf(result.failed)) {
    if (typeof entry === 'string') failed.set(entry, '');
    else if (!isObject(entry)) continue;
    else if (typeof entry.did === 'string') failed.set(entry.did, entry.reason);
    else for (const [did, reason] of Object.entries(entry)) failed.set(did, reason);
  }
  return { succeeded, failed };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
