import { HOUR, MINUTE } from './calendar';
import { between, hash, pick } from './random';

/** What devices announce, in seconds, and how often they really send a heartbeat. */
export const KEEP_ALIVE_S = 130;
const HEARTBEAT_S = 60;

export type OfflineReason =
  | 'mqtt_disconnect'
  | 'no_heartbeat'
  | 'tcp_closed'
  | 'ssl_closed'
  | 'offline_force'
  | 'offline_reset'
  | 'offline_exception'
  | 'offline_sending_density_overflow'
  | 'offline_sending_data_size_overflow';

/** One stay online: `from` inclusive, `to` exclusive (Infinity when it does not end), epoch milliseconds. */
export interface Session {
  from: number;
  to: number;
  reason: OfflineReason;
}

/** How steadily a device is connected. */
export interface Connectivity {
  seed: number;
  /** In each cycle there is one gap. */
  cycleMs: number;
  gapMs: readonly [number, number];
  /** Activation: the first session begins here. */
  bornAt: number;
  /** Unplugged for good; Infinity for most. */
  diesAt: number;
}

export type PresenceMode = 'schedule' | 'online' | 'offline';

/** From `at` on, the device follows its schedule or is held online or offline. */
export interface PresenceChange {
  at: number;
  mode: PresenceMode;
  reason?: OfflineReason;
}

export const STEADY = { cycleMs: [20 * HOUR, 54 * HOUR], gapMs: [2 * MINUTE, 45 * MINUTE] } as const;
export const FLAKY = { cycleMs: [2 * HOUR, 5 * HOUR], gapMs: [3 * MINUTE, 35 * MINUTE] } as const;

const REASONS: readonly OfflineReason[] = [
  'no_heartbeat',
  'no_heartbeat',
  'no_heartbeat',
  'no_heartbeat',
  'mqtt_disconnect',
  'mqtt_disconnect',
  'tcp_closed',
  'tcp_closed',
  'ssl_closed',
  'offline_force',
  'offline_exception',
  'offline_sending_density_overflow',
  'offline_sending_data_size_overflow',
];

function gap(line: Connectivity, cycle: number): { from: number; to: number } {
  const length = Math.round(between(line.gapMs[0], line.gapMs[1], line.seed, cycle, 2));
  const from = Math.round((cycle + between(0.1, 0.7, line.seed, cycle, 3)) * line.cycleMs);
  return { from, to: from + length };
}

/** Sessions of the schedule that touch [from, to], whole. */
function scheduled(line: Connectivity, from: number, to: number): Session[] {
  const sessions: Session[] = [];
  const first = Math.floor(from / line.cycleMs) - 1;
  const last = Math.floor(to / line.cycleMs) + 1;
  for (let cycle = first; cycle <= last; cycle++) {
    const start = Math.max(gap(line, cycle).to, line.bornAt);
    const end = Math.min(gap(line, cycle + 1).from, line.diesAt);
    // The first session of a device begins at its activation, even when the schedule has a gap there.
    const born = gap(line, cycle).from <= line.bornAt && line.bornAt < gap(line, cycle).to;
    const open = born ? line.bornAt : start;
    if (open >= end || end < from || open > to) continue;
    const reason = end === line.diesAt ? 'no_heartbeat' : pick(REASONS, line.seed, cycle, 4);
    sessions.push({ from: open, to: end, reason });
  }
  return sessions;
}

/**
 * Sessions that touch [from, to], whole (not cut to the range), oldest first, with the changes laid over the schedule.
 * `changes` is sorted by time and mostly empty.
 */
export function sessionsBetween(
  line: Connectivity,
  changes: readonly PresenceChange[],
  from: number,
  to: number,
): Session[] {
  const firstChange = changes[0];
  if (!firstChange || firstChange.at > to + line.cycleMs) return scheduled(line, from, to);
  const far = Math.min(from, firstChange.at) - 2 * line.cycleMs;
  const merged: Session[] = [];
  const add = (session: Session): void => {
    const last = merged.at(-1);
    if (last && last.to >= session.from) {
      last.to = session.to;
      last.reason = session.reason;
    } else if (session.from < session.to) {
      merged.push({ ...session });
    }
  };
  const stretches: PresenceChange[] = [{ at: Number.NEGATIVE_INFINITY, mode: 'schedule' }, ...changes];
  stretches.forEach((stretch, index) => {
    const next = stretches[index + 1];
    const end = next?.at ?? Number.POSITIVE_INFINITY;
    if (stretch.mode === 'online') {
      add({ from: Math.max(stretch.at, line.bornAt), to: end, reason: next?.reason ?? 'tcp_closed' });
    } else if (stretch.mode === 'schedule') {
      const reach = Math.min(end, to + 2 * line.cycleMs);
      for (const session of scheduled(line, Math.max(stretch.at, far), reach)) {
        const cut = session.to > end;
        const part = {
          from: Math.max(session.from, stretch.at),
          to: Math.min(session.to, end),
          reason: cut ? (next?.reason ?? 'tcp_closed') : session.reason,
        };
        if (part.from < part.to) add(part);
      }
    }
  });
  return merged.filter((session) => session.to >= from && session.from <= to);
}

/** Heartbeats of a finished session, in seconds, as the offline record prints them. */
export function heartbeats(
  session: Session,
  seed: number,
): { count: number; max: number; avg: number; last: number; min: number } {
  const seconds = Math.floor((session.to - session.from) / 1000);
  const last = session.reason === 'no_heartbeat' ? KEEP_ALIVE_S : hash(seed, session.from / 1000, 5) % HEARTBEAT_S;
  const count = Math.max(0, Math.floor((seconds - last) / HEARTBEAT_S));
  const gapSeconds = count < 2 ? 0 : HEARTBEAT_S;
  return { count, max: gapSeconds, avg: gapSeconds, last: Math.min(last, seconds), min: gapSeconds };
}
