import { isDeepStrictEqual } from 'node:util';
import { bytesOf } from '../../cloud/bytes';
import type { Attrs } from './attrs';
import { type Datapoint, datapointsByName, type Schema } from './schema';

/**
 * Whether what a device reports shows every value that was sent, so that a command can be called carried out.
 *
 * The cloud writes values in other forms than it takes: bool comes back as 0 or 1, an enum as text or position, a binary
 * as hex or as a list of bytes (reference notes A.6). Numbers count as equal within half a step.
 * @param sent as {@link validateAttrs} or {@link copyAttrs} gave it
 * @param reported datapoint values of a report, which may hold others too
 */
export function allReported(
  schema: Schema | undefined,
  sent: Attrs,
  reported: Readonly<Record<string, unknown>>,
): boolean {
  const datapoints = schema && datapointsByName(schema);
  return Object.keys(sent).every((name) => sameReading(sent[name], reported[name], datapoints?.get(name)));
}

function sameReading(sent: unknown, reported: unknown, datapoint: Datapoint | undefined): boolean {
  if (sent === reported) return true;
  if (typeof reported === 'boolean') return sent === Number(reported);
  if (typeof sent === 'boolean') return reported === Number(sent);
  if (typeof sent === 'number' && typeof reported === 'number') {
    return datapoint?.step !== undefined && Math.abs(sent - reported) < datapoint.step / 2;
  }
  if (typeof sent === 'string') {
    if (datapoint?.enum) return typeof reported === 'number' && datapoint.enum[reported] === sent;
    const hex = typeof reported === 'string' ? reported : bytesOf(reported)?.toString('hex');
    return hex?.toLowerCase() === sent;
  }
  return isDeepStrictEqual(JSON.parse(JSON.stringify(sent)), reported);
}
