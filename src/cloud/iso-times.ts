const MINUTE_MS = 60_000;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const WHOLE_SECONDS = TWO_DIGITS.map((second) => `${second}.000Z`);

/**
 * Writes times as ISO 8601 in UTC with milliseconds, as `Date` does. The times of one stream or listing mostly share
 * their minute, which is formatted once: `Date` takes ten times as long for each.
 */
export class IsoTimes {
  private minute = Number.NaN;
  private text = '';

  /** @param ms epoch milliseconds, whole, within what a `Date` can hold */
  format(ms: number): string {
    const minute = Math.floor(ms / MINUTE_MS);
    if (minute !== this.minute) {
      this.text = new Date(minute * MINUTE_MS).toISOString().slice(0, -'00.000Z'.length);
      this.minute = minute;
    }
    const rest = ms - minute * MINUTE_MS;
    const second = Math.floor(rest / 1000);
    const fraction = rest - second * 1000;
    // Joined at one place only: V8 keeps an object for each place as long as the text lives.
    return this.text + (fraction === 0 ? WHOLE_SECONDS[second] : `${TWO_DIGITS[second]}.${threeDigits(fraction)}Z`);
  }
}

function threeDigits(number: number): string {
  return String(number).padStart(3, '0');
}
