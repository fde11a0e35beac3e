import { AppRefused } from './errors';

/** Members of a query or of a JSON body, read with the checks of the API: 9015 for what is wrong. */
export class Fields {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  /** The member as it came; undefined when it is absent, null or empty. */
  any(name: string): unknown {
    const value = Object.hasOwn(this.values, name) ? this.values[name] : undefined;
    return value === null || value === '' ? undefined : value;
  }

  has(name: string): boolean {
    return this.any(name) !== undefined;
  }

  text(name: string): string | undefined {
    const value = this.any(name);
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    throw new AppRefused(9015, `${name}: Not a valid string.`);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new AppRefused(9015, `${name}: This field is required.`);
    return value;
  }

  integer(name: string, low = 0, high = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.any(name);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= low && number <= high) return number;
    throw new AppRefused(9015, `${name}: A valid integer is required.`);
  }

  requiredInteger(name: string, low = 0, high = Number.MAX_SAFE_INTEGER): number {
    const value = this.integer(name, low, high);
    if (value === undefined) throw new AppRefused(9015, `${name}: This field is required.`);
    return value;
  }

  flag(name: string): boolean {
    const value = this.any(name);
    return value === true || value === 1 || value === '1' || value === 'true';
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined || choices.includes(value as T)) return value as T | undefined;
    throw new AppRefused(9015, `${name}: "${value}" is not a valid choice.`);
  }

  list(name: string): unknown[] {
    const value = this.any(name);
    if (Array.isArray(value)) return value;
    throw new AppRefused(9015, `${name}: Expected a list of items.`);
  }

  object(name: string): Record<string, unknown> | undefined {
    const value = this.any(name);
    if (value === undefined) return undefined;
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new AppRefused(9015, `${name}: Expected a dictionary of items.`);
  }

  /** `limit` and `skip` of a list. */
  page(most = 1000): { limit: number; skip: number } {
    return { limit: this.integer('limit', 1, most) ?? 20, skip: this.integer('skip') ?? 0 };
  }
}
