import { hash } from './random';

/**
 * When a device would report if it were always online: once in every stretch of `everyMs`, at a moment drawn for that
 * stretch. Slot k is arithmetic, so the number of slots between two instants needs no counting.
 */
export interface Rhythm {
  seed: number;
  /** Milliseconds between reports on average; at least 1000. */
  everyMs: number;
  phaseMs: number;
}

/** A command precedes every n-th report by this much; no two slots are closer than half a stretch. */
export const COMMAND_LEAD_MS = 250;

/** A device that has just come online waits this long before its first report. */
export const SETTLE_MS = 1000;

const COMMAND_EVERY_MS = 4 * 3_600_000;

/** Instant of a slot, epoch milliseconds. */
export function slotTime(rhythm: Rhythm, slot: number): number {
  const jitter = hash(rhythm.seed, slot, 1) % Math.floor(rhythm.everyMs / 2);
  return slot * rhythm.everyMs + rhythm.phaseMs + jitter;
}

/** Number of the last slot at or before an instant. */
export function lastSlot(rhythm: Rhythm, ms: number): number {
  const slot = Math.floor((ms - rhythm.phaseMs) / rhythm.everyMs);
  return slotTime(rhythm, slot) <= ms ? slot : slot - 1;
}

/** Every so many slots a user sends a command: about every four hours, never more often than every eighth slot. */
export function slotsPerCommand(rhythm: Rhythm): number {
  return Math.max(8, Math.round(COMMAND_EVERY_MS / rhythm.everyMs));
}

/** Number of the last command slot at or before a slot, counted in commands. */
export function commandOf(rhythm: Rhythm, slot: number): number {
  return Math.floor(slot / slotsPerCommand(rhythm));
}
