/** The platform writes wall times of Shanghai, which is UTC+8 all year round. */
const OFFSET_MS = 8 * 3_600_000;

const FORM = /^(\d{4})-(\d{2})-(\d{2})T(\d{2})-(\d{2})-(\d{2})-(\d{3})$/;

/** `2017-02-13T12-00-00-000`. @param ms epoch milliseconds */
export function wallTime(ms: number): string {
  const [date, time] = new Date(ms + OFFSET_MS).toISOString().slice(0, -1).split('T');
  return `${date}T${(time as string).replace(/[:.]/g, '-')}`;
}

/** Epoch milliseconds of such a text; undefined for anything else. */
export function parseWallTime(text: string): number | undefined {
  const match = FORM.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, millisecond] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}Z`) - OFFSET_MS;
  return Number.isNaN(ms) || wallTime(ms) !== text ? undefined : ms;
}
