import type { FaultKind, FaultMatch, FaultSpec } from './faults';

type Check = (value: unknown) => boolean;

const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isPositive: Check = (value) => isNumber(value) && (value as number) > 0;
const isInteger: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isStatus: Check = (value) => isInteger(value) && (value as number) >= 200 && (value as number) <= 599;
const isFraming: Check = (value) => value === 'length' || value === 'chunked' || value === 'close';
const isHeaders: Check = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isText);

interface Fields {
  required?: Readonly<Record<string, Check>>;
  optional?: Readonly<Record<string, Check>>;
}

const KINDS: Readonly<Record<FaultKind['kind'], Fields>> = {
  delay: { required: { ms: isNumber } },
  hang: {},
  status: { required: { status: isStatus }, optional: { body: isText, headers: isHeaders } },
  error: { required: { code: isInteger } },
  empty: { optional: { status: isStatus } },
  notJson: {},
  html: {},
  cut: { optional: { framing: isFraming, after: isInteger, reset: isFlag } },
  resetOnHead: {},
  resetAfterRequest: {},
  drip: { required: { bytesPerSecond: isPositive } },
  huge: { optional: { bytes: isInteger } },
  quota: { optional: { limit: isInteger, remaining: isInteger, resetSeconds: isInteger } },
  expireTokens: { optional: { forget: isFlag } },
  redirect: { required: { location: isText }, optional: { status: isStatus } },
};

const COMMON: Readonly<Record<string, Check>> = {
  times: (value) => value === 'forever' || (isInteger(value) && (value as number) > 0),
  skip: isInteger,
  execute: isFlag,
};

const MATCH: Readonly<Record<keyof FaultMatch, Check>> = { method: isText, path: isText, operation: isText };

function wrongField(value: object, checks: Readonly<Record<string, Check>>): string | undefined {
  return Object.entries(value).find(([name, field]) => !Object.hasOwn(checks, name) || !checks[name]?.(field))?.[0];
}

/** Reads a fault from JSON; returns a sentence that says what is wrong with it when it is none. */
export function parseFault(value: unknown): FaultSpec | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'a fault is an object';
  const { kind, match = {}, ...rest } = value as Record<string, unknown>;
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind))
    return `kind must be one of ${Object.keys(KINDS).join(', ')}`;
  const { required = {}, optional = {} } = KINDS[kind as FaultKind['kind']];
  const missing = Object.keys(required).find((name) => !(name in rest));
  if (missing) return `${kind} needs ${missing}`;
  const wrong = wrongField(rest, { ...COMMON, ...required, ...optional });
  if (wrong) return `${wrong} is unknown or has a wrong value`;
  if (typeof match !== 'object' || match === null) return 'match is an object';
  const wrongMatch = wrongField(match, MATCH);
  if (wrongMatch) return `match.${wrongMatch} is unknown or has a wrong value`;
  return value as FaultSpec;
}
