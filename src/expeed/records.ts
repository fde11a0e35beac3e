import type { Timestamps } from './timestamp';

/** The datapoints of one instant: `time` in ISO 8601, null when the platform gave none, and the values by their names. */
export type DatapointRecord = { time: string | null } & Record<string, unknown>;

/**
 * A record of the platform as flows get it: its `timestamp` becomes `time`. A timestamp that cannot be read stays beside
 * a `time` of null; a datapoint that is itself named `time` is found under `time_`.
 */
export function toRecord(raw: Readonly<Record<string, unknown>>, timestamps: Timestamps): DatapointRecord {
  const { timestamp, ...values } = raw;
  const ms = timestamps.parse(timestamp);
  const record: DatapointRecord = { time: ms === undefined ? null : timestamps.iso(ms) };
  if (ms === undefined && timestamp !== undefined) record.timestamp = timestamp;
  for (const name of Object.keys(values)) record[name === 'time' ? 'time_' : name] = values[name];
  return record;
}
