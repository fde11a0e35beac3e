import { CloudError } from '../../cloud/errors';
import type { Attrs } from '../datapoints/attrs';
import { allReported } from '../datapoints/readings';
import type { CallOptions } from './account';
import { type CallMeta, metaOf } from './call';
import type { ProductClient } from './product-client';

/** A command that the cloud has accepted, and the report that it waits for. */
export interface Confirmation {
  did: string;
  /** Wanted values, in the form of the wire. */
  attrs: Attrs;
  /** The cloud's wall clock when the command was sent, epoch milliseconds. */
  sentAt: number;
  withinMs: number;
}

/** Distances between two read-backs, milliseconds: devices answer within a second or two, and each read-back is a call. */
const DISTANCES_MS = [700, 1300, 2000, 4000, 8000];

/** Reports carry whole seconds, and the cloud's clock is known to about as much. */
const CLOCK_SLACK_MS = 2000;

/**
 * Waits until the device has reported the wanted values after the command, by reading back its newest record.
 * @throws CloudError GIZ_OUTCOME_UNKNOWN when it has not in time: accepted, but not seen to be carried out.
 */
export async function confirmAttrs(
  client: ProductClient,
  confirmation: Confirmation,
  options: CallOptions,
  onCall: (meta: CallMeta) => void,
): Promise<void> {
  const { clock } = client.account;
  const until = clock.mono() + confirmation.withinMs;
  for (let round = 0; ; round++) {
    const distance = DISTANCES_MS[Math.min(round, DISTANCES_MS.length - 1)] as number;
    await client.account.sleep(Math.min(distance, until - clock.mono()), options.signal);
    const reply = await client.call(
      'device.data',
      { did: confirmation.did, limit: 1, sort: 'desc' },
      { ...options, expiresAt: undefined },
    );
    onCall(metaOf(reply));
    if (isReported(client, reply.body, confirmation)) return;
    if (clock.mono() >= until) throw notReported();
  }
}

function isReported(client: ProductClient, body: unknown, { attrs, sentAt }: Confirmation): boolean {
  const [newest] = (body as { objects: { ts?: unknown; attrs?: Attrs }[] }).objects;
  if (!newest?.attrs || Number(newest.ts) * 1000 < sentAt - CLOCK_SLACK_MS) return false;
  return allReported(client.knownSchema, attrs, newest.attrs);
}

function notReported(): CloudError {
  return new CloudError({ code: 'GIZ_OUTCOME_UNKNOWN', textKey: 'errors.notReported', outcome: 'unknown' });
}
