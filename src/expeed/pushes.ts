import { hash } from 'node:crypto';
import { isPlainObject } from '../cloud/input';
import { type DatapointRecord, toRecord } from './records';
import type { Timestamps } from './timestamp';

/** What a push tells, and how messages name it. */
export type PushTopic = 'status' | 'data' | 'result';

interface PushBase {
  /** 1 device went online or offline, 2 datapoints, 3 result of a setting; the wire has text for some and a number for others. */
  readonly msgType: 1 | 2 | 3;
  readonly deviceId: string;
  readonly deviceKey?: string;
  readonly deviceSn?: string;
  /** The push as received. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Digest of what the push says, without what a repetition might change. */
  readonly content: string;
  /** Whether it carries an id or a time of its own, so that an equal one can only be a repetition. */
  readonly identified: boolean;
}

/** A push with its meaning made plain. */
export type Push =
  | (PushBase & { readonly topic: 'status'; readonly payload: { online: boolean } })
  | (PushBase & { readonly topic: 'data'; readonly payload: DatapointRecord[] })
  | (PushBase & { readonly topic: 'result'; readonly payload: { messageId: string; success: boolean } });

/** The three topics in the order of their `msg_type`, which is also that of the outputs when they are split. */
export const PUSH_TOPICS: readonly PushTopic[] = ['status', 'data', 'result'];

/** Fewest characters of text that are taken for a ciphertext: one AES block in base64. */
const SHORTEST_CIPHERTEXT = 24;
const CIPHERTEXT = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * Reads a push. In a status push 0 is online and 1 offline, the reverse of the status call (seed 004, 2.1.1 of its two
 * chapters); here both are `online`.
 * @returns undefined when the body is no push of the documents
 */
export function readPush(body: unknown, timestamps: Timestamps): Push | undefined {
  if (!isPlainObject(body)) return undefined;
  const deviceId = idOf(body.device_id);
  if (deviceId === undefined) return undefined;
  const deviceKey = idOf(body.device_key);
  const deviceSn = idOf(body.device_sn);
  const base: Pick<PushBase, 'deviceId' | 'body'> & { deviceKey?: string; deviceSn?: string } = { deviceId, body };
  if (deviceKey !== undefined) base.deviceKey = deviceKey;
  if (deviceSn !== undefined) base.deviceSn = deviceSn;
  switch (numberOf(body.msg_type)) {
    case 1: {
      const status = numberOf(body.device_status);
      if (status !== 0 && status !== 1) return undefined;
      const payload = { online: status === 0 };
      const content = digest(1, deviceId, status);
      return Object.assign(base, { msgType: 1, topic: 'status', payload, content, identified: false } as const);
    }
    case 2: {
      const data = isPlainObject(body.data) ? [body.data] : body.data;
      if (!Array.isArray(data) || !data.every(isPlainObject)) return undefined;
      const payload = data.map((raw) => toRecord(raw, timestamps));
      const identified = data.length > 0 && data.every((raw) => raw.timestamp !== undefined && raw.timestamp !== null);
      const content = digest(2, deviceId, data);
      return Object.assign(base, { msgType: 2, topic: 'data', payload, content, identified } as const);
    }
    case 3: {
      const messageId = idOf(body.message_id);
      const result = numberOf(body.set_result);
      if (messageId === undefined || (result !== 0 && result !== 1)) return undefined;
      const payload = { messageId, success: result === 0 };
      const content = digest(3, deviceId, [messageId, result]);
      return Object.assign(base, { msgType: 3, topic: 'result', payload, content, identified: true } as const);
    }
    default:
      return undefined;
  }
}

/**
 * Whether a body that is no push looks as if the ciphertext mode were switched on: text in base64 or hexadecimal, bare
 * or as a member of an object that has nothing of a plain push. How the ciphertext is made is documented nowhere, so it is never read.
 */
export function looksEncrypted(body: unknown): boolean {
  if (typeof body === 'string') {
    const text = body.trim().replace(/^"|"$/g, '');
    return text.length >= SHORTEST_CIPHERTEXT && CIPHERTEXT.test(text);
  }
  if (!isPlainObject(body) || body.msg_type !== undefined || body.device_id !== undefined) return false;
  return Object.values(body).some((value) => typeof value === 'string' && looksEncrypted(value));
}

/** Ids come as text or as numbers; both are text to flows, so that those of calls and of pushes compare equal. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value !== '' && value.length <= 256 ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d$/.test(value.trim()) ? Number(value) : undefined;
}

function digest(msgType: number, deviceId: string, content: unknown): string {
  return hash('sha256', JSON.stringify([msgType, deviceId, content]), 'base64');
}
