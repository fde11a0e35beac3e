import type { Clock } from '../../cloud/clock';
import type { ApiRequest } from '../http/message';
import type { Product } from '../world/products';
import type { World } from '../world/world';
import type { Behaviour } from './behaviour';
import { Refused } from './errors';
import type { Quota } from './quota';
import type { Tokens } from './tokens';

/** What all operations of the API share. */
export interface Enterprise {
  readonly clock: Clock;
  readonly world: World;
  readonly behaviour: Behaviour;
  readonly tokens: Tokens;
  readonly quota: Quota;
}

/** A request on its way through an operation. */
export class Call {
  constructor(
    readonly enterprise: Enterprise,
    readonly request: ApiRequest,
    /** Values of the path's placeholders, decoded. */
    readonly params: Readonly<Record<string, string>>,
  ) {}

  get world(): World {
    return this.enterprise.world;
  }

  /** The product that the path names. */
  get product(): Product {
    const product = this.world.product(this.params.product_key ?? '');
    if (!product) throw new Refused(5015);
    return product;
  }

  /** A query parameter; undefined when absent or empty. */
  text(name: string): string | undefined {
    return this.request.query.get(name) || undefined;
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new Refused(5002, `${name} is required`);
    return value;
  }

  /** A whole number within limits; 5002 for anything else. */
  integer(
    name: string,
    { low = 0, high = Number.MAX_SAFE_INTEGER }: { low?: number; high?: number } = {},
  ): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^\d{1,15}$/.test(value) || Number(value) < low || Number(value) > high) {
      throw new Refused(5002, `${name} must be an integer from ${low} to ${high}`);
    }
    return Number(value);
  }

  /** A flag that the API writes as 0 or 1. */
  flag(name: string): boolean | undefined {
    const value = this.integer(name, { high: 1 });
    return value === undefined ? undefined : value === 1;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!choices.includes(value as T)) throw new Refused(5002, `${name} must be one of ${choices.join(', ')}`);
    return value as T;
  }

  /** The JSON object of the body; 5001 for anything else. The content type does not matter to the cloud. */
  body(): Record<string, unknown> {
    let value: unknown;
    try {
      value = JSON.parse(this.request.body.toString('utf8'));
    } catch {
      throw new Refused(5001);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refused(5001);
    return value as Record<string, unknown>;
  }
}

/** A text field of a body that must be there. */
export function textField(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || value === '') throw new Refused(5002, `${name} is required`);
  return value;
}
