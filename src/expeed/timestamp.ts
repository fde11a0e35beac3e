/** What a zone is east of UTC is asked once for each quarter of an hour: no zone changes its clocks in between. */
const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
/** Quarters whose offset is kept: a week of records, read over and over. */
const MOST_QUARTERS = 1024;

/** `2017-02-13T12-00-00-000`; colons and a point, as in ISO 8601, are taken too, and so is a missing fraction. */
const WALL_TIME = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2})[-:](\d{2})[-:](\d{2})(?:[-.:](\d{1,3}))?$/;
const ISO_WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;
const EPOCH = /^(?:\d{10}|\d{13})$/;

/** Whether the machine knows a time zone of this name, such as `Asia/Shanghai` or `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * Times as Expeed writes them: `2017-02-13T12-00-00-000`, a wall time without a zone (seed 004). Which zone is meant the
 * document does not say, so it is a setting of the platform; to the flow go ISO 8601 times with that zone's offset.
 */
export class Timestamps {
  private readonly calendar: Intl.DateTimeFormat;
  private readonly offsets = new Map<number, number>();

  /** @param zone a name that {@link isTimeZone} knows. */
  constructor(readonly zone: string) {
    this.calendar = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** An instant in Expeed's own notation. @param ms epoch milliseconds */
  format(ms: number): string {
    const wall = new Date(ms + this.offsetAt(ms)).toISOString();
    return wall.slice(0, -1).replace(/[:.]/g, '-');
  }

  /** An instant as ISO 8601 with the zone's offset: `2017-02-13T12:00:00.000+08:00`. @param ms epoch milliseconds */
  iso(ms: number): string {
    const offset = this.offsetAt(ms);
    const minutes = Math.abs(Math.trunc(offset / 60_000));
    const sign = offset < 0 ? '-' : '+';
    const hh = String(Math.floor(minutes / 60)).padStart(2, '0');
    const mm = String(minutes % 60).padStart(2, '0');
    return `${new Date(ms + offset).toISOString().slice(0, -1)}${sign}${hh}:${mm}`;
  }

  /**
   * Epoch milliseconds of a timestamp that Expeed sent, or undefined when it is none. Of a wall time that occurs twice
   * the first is taken; one that a change of clocks skips is moved on by what was skipped. Since the document has only
   * one example, ISO 8601 with an offset and epoch seconds or milliseconds are understood as well.
   */
  parse(value: unknown): number | undefined {
    const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
    if (EPOCH.test(text)) return text.length === 10 ? Number(text) * 1000 : Number(text);
    if (ISO_WITH_OFFSET.test(text)) {
      const ms = Date.parse(text);
      return Number.isNaN(ms) ? undefined : ms;
    }
    const wall = wallTime(text);
    if (wall === undefined) return undefined;
    const before = this.offsetAt(wall - DAY_MS);
    const after = this.offsetAt(wall + DAY_MS);
    const fits = [wall - before, wall - after].filter((ms) => wall - ms === this.offsetAt(ms));
    return fits.length > 0 ? Math.min(...fits) : wall - before;
  }

  /** Milliseconds east of UTC. */
  private offsetAt(ms: number): number {
    const quarter = Math.floor(ms / QUARTER_MS);
    let offset = this.offsets.get(quarter);
    if (offset === undefined) {
      offset = this.readOffset(quarter * QUARTER_MS);
      if (this.offsets.size >= MOST_QUARTERS) this.offsets.clear();
      this.offsets.set(quarter, offset);
    }
    return offset;
  }

  private readOffset(ms: number): number {
    const part: Record<string, number> = {};
    for (const { type, value } of this.calendar.formatToParts(ms)) part[type] = Number(value);
    return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - ms;
  }
}

/** A wall time as if it were UTC, epoch milliseconds; undefined for what is no date or no time of day. */
function wallTime(text: string): number | undefined {
  const match = WALL_TIME.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, Number((match[7] ?? '0').padEnd(3, '0')));
  const date = new Date(ms);
  // Date.UTC carries over what is too large: the 31st of February is one of March.
  const same = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCHours() === hour;
  return same && minute < 60 && second < 60 && year === date.getUTCFullYear() ? ms : undefined;
}
