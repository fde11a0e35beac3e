import { DAY, HOUR, MINUTE } from './calendar';
import { between, unit, uuid } from './random';

/** A fault or alert as planned: it is there in [from, to), and is noticed with the first report at or after each. */
export interface Incident {
  /** Shared by raising and recovery. */
  eventId: string;
  from: number;
  to: number;
}

/** One incident-prone datapoint of one device. */
export interface Proneness {
  /** Differs for each device. */
  seed: number;
  /** The datapoint's id. */
  attrId: number;
}

const PRONE_SHARE = 0.45;

function cycleMs({ seed, attrId }: Proneness): number {
  return Math.round(between(4 * DAY, 12 * DAY, seed, attrId, 11));
}

function planned(prone: Proneness, cycle: number, length: number): Incident | undefined {
  const { seed, attrId } = prone;
  if (unit(seed, attrId, cycle, 13) < 0.35) return undefined;
  const long = unit(seed, attrId, cycle, 14) < 0.25;
  const lasts = long
    ? between(12 * HOUR, 0.6 * length, seed, attrId * 1024 + 15, cycle)
    : between(20 * MINUTE, 8 * HOUR, seed, attrId * 1024 + 15, cycle);
  const from = Math.round((cycle + between(0, 0.3, seed, attrId * 1024 + 16, cycle)) * length);
  return { eventId: uuid(seed, attrId * 1024 + 17, cycle), from, to: from + Math.round(lasts) };
}

/** Planned incidents that touch [from, to], oldest first. Half of the devices never have any. */
export function incidentsBetween(prone: Proneness, from: number, to: number): Incident[] {
  if (unit(prone.seed, prone.attrId, 12) > PRONE_SHARE) return [];
  const length = cycleMs(prone);
  const found: Incident[] = [];
  for (let cycle = Math.floor(from / length) - 1; cycle <= Math.floor(to / length); cycle++) {
    const incident = planned(prone, cycle, length);
    if (incident && incident.to > from && incident.from <= to) found.push(incident);
  }
  return found;
}
