import { callMetaOf } from '../../cloud/call-types';
import { CloudError } from '../../cloud/errors';
import type { Attrs } from '../datapoints/attrs';
import { allReported } from '../datapoints/readings';
import type { CallOptions } from './account';
import { type CallMeta, metaOf } from './call';
import type { DeviceReport, ProductClient } from './product-client';

/** A command that the cloud has accepted, and the report that it waits for. */
export interface Confirmation {
  did: string;
  /** Wanted values, in the form of the wire. */
  attrs: Attrs;
  /** The cloud's wall clock when the command was sent, epoch milliseconds. */
  sentAt: number;
  withinMs: number;
  /** Reports pushed since the command was sent: a quick device reports before the cloud has answered. */
  early?: readonly DeviceReport[];
}

/** Distances between two read-backs, milliseconds: devices answer within a second or two, and each read-back is a call. */
const DISTANCES_MS = [700, 1300, 2000, 4000, 8000];

/** What the read-back at the end of the time may take to get its turn. */
const LAST_READ_BACK_MS = 2000;

/** Reports carry whole seconds, and the cloud's clock is known to about as much. */
const CLOCK_SLACK_MS = 2000;

/**
 * Waits until the device has reported the wanted values after the command: by push where its reports arrive, else by
 * reading back its newest record; at the end of the time it is read back in any case.
 * @throws CloudError GIZ_OUTCOME_UNKNOWN, whatever happens: accepted, but not seen to be carried out in time.
 */
export async function confirmAttrs(
  client: ProductClient,
  confirmation: Confirmation,
  options: CallOptions,
  onCall: (meta: CallMeta) => void,
): Promise<void> {
  const { clock } = client.account;
  if (confirmation.early?.some(({ attrs, createdAt }) => isWanted(client, attrs, createdAt, confirmation))) return;
  const until = clock.mono() + confirmation.withinMs;
  const seen = new AbortController();
  const stop = client.onReport(confirmation.did, ({ attrs, createdAt }) => {
    if (isWanted(client, attrs, createdAt, confirmation)) seen.abort();
  });
  const readBack = async (): Promise<boolean> => {
    const params = { did: confirmation.did, limit: 1, sort: 'desc' };
    // It must not wait for the quota much longer than for the device.
    const expiresAt = Math.max(until, clock.mono() + LAST_READ_BACK_MS);
    try {
      const reply = await client.call('device.data', params, { ...options, expiresAt });
      onCall(metaOf(reply));
      const [newest] = (reply.body as { objects: { ts?: unknown; attrs?: Attrs }[] }).objects;
      return newest?.attrs !== undefined && isWanted(client, newest.attrs, Number(newest.ts) * 1000, confirmation);
    } catch (error) {
      // The command was accepted: what a read-back fails with would say that nothing was sent, and invite a repeat.
      const meta = callMetaOf(error);
      if (meta) onCall(meta);
      return false;
    }
  };
  try {
    for (let round = 0; ; round++) {
      const left = until - clock.mono();
      const distance = client.reportsArrive ? left : (DISTANCES_MS[Math.min(round, DISTANCES_MS.length - 1)] as number);
      if (await client.account.sleep(Math.min(distance, left), options.signal, seen.signal)) return;
      if (await readBack()) return;
      if (clock.mono() >= until) throw notReported();
    }
  } catch (error) {
    throw options.signal?.aborted ? interrupted() : error;
  } finally {
    stop();
  }
}

function isWanted(
  client: ProductClient,
  reported: Record<string, unknown>,
  createdAt: number | undefined,
  { attrs, sentAt }: Confirmation,
): boolean {
  if (createdAt !== undefined && createdAt < sentAt - CLOCK_SLACK_MS) return false;
  return allReported(client.knownSchema, attrs, reported);
}

/** The node was closed while it waited for the report of a command that the cloud had accepted. */
function interrupted(): CloudError {
  return new CloudError({ code: 'GIZ_OUTCOME_UNKNOWN', textKey: 'errors.outcomeUnknown', outcome: 'unknown' });
}

function notReported(): CloudError {
  return new CloudError({ code: 'GIZ_OUTCOME_UNKNOWN', textKey: 'errors.notReported', outcome: 'unknown' });
}
