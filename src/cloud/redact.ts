import type { NestedText, TextParams } from '../texts';
import { CloudError } from './errors';

const MASK = '***';
/** Shorter ones would tear ordinary texts apart, and protect nothing. */
const SHORTEST_SECRET = 4;
/** The same for what is left of one in base64. */
const SHORTEST_CORE = 6;
/** Vendors' words are cut at this length, and a secret may stand where the cut is; its beginning is as good as a hint. */
const CUT_FROM = 500;
/** Beginnings of a secret that are masked there. */
const SHORTEST_BEGINNING = 6;
/** Tokens kept for masking: the old ones may still come back in a late answer. */
const TOKENS_KEPT = 64;

/**
 * Credentials by their form, for those that nobody told us of: a header, or a member named like one. Only what holds a
 * digit is taken for one, so that "token expired" stays readable.
 */
const FORMS: readonly RegExp[] = [
  /\b((?:bearer|basic|token)\s+)(?=\S*\d)[A-Za-z0-9._~+/=-]{8,}/gi,
  /((?:authorization|secret|token|password|passwd|secret_key)["']?\s*[:=]\s*["']?)(?=[^\s"'&,;}]*\d)[^\s"'&,;}]{4,}/gi,
];

/**
 * Masks what must not leave an account, in any text and in any form it may have taken on the way: as it is, percent
 * encoded, escaped for JSON, in hexadecimal, or inside something in base64.
 */
export class Redactor {
  private readonly secrets = new Set<string>();
  private readonly tokens = new Set<string>();
  private pattern: RegExp | undefined;
  private forms: readonly string[] = [];

  constructor(secrets: Iterable<string | undefined> = []) {
    for (const secret of secrets) this.add(secret);
  }

  /** A secret that stays one: a password, a key. */
  add(secret: string | undefined): void {
    if (secret === undefined || secret.length < SHORTEST_SECRET) return;
    this.secrets.add(secret);
    this.pattern = undefined;
  }

  /** A token; the oldest are forgotten. */
  addToken(token: string): void {
    if (token.length < SHORTEST_SECRET) return;
    this.tokens.delete(token);
    this.tokens.add(token);
    if (this.tokens.size > TOKENS_KEPT) this.tokens.delete(this.tokens.values().next().value as string);
    this.pattern = undefined;
  }

  text(text: string): string {
    this.pattern ??= this.compile();
    let masked = text.replace(this.pattern, MASK);
    if (text.length >= CUT_FROM) masked = this.withoutBeginning(masked);
    for (const form of FORMS) masked = masked.replace(form, `$1${MASK}`);
    return masked;
  }

  /** The error with its texts masked; the same object when there was nothing to mask. */
  error(error: CloudError): CloudError {
    const vendorMessage = error.vendorMessage === undefined ? undefined : this.text(error.vendorMessage);
    const textParams = this.params(error.textParams);
    if (vendorMessage === error.vendorMessage && textParams === error.textParams) return error;
    return new CloudError({ ...error, textParams, ...(vendorMessage === undefined ? {} : { vendorMessage }) });
  }

  private params(params: TextParams): TextParams {
    let changed: Record<string, TextParams[string]> | undefined;
    for (const [name, value] of Object.entries(params)) {
      const masked = this.param(value);
      if (masked === value) continue;
      changed ??= { ...params };
      changed[name] = masked;
    }
    return changed ?? params;
  }

  private param(value: TextParams[string]): TextParams[string] {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object') return value;
    const nested: NestedText = value;
    if (!nested.textParams) return value;
    const textParams = this.params(nested.textParams);
    return textParams === nested.textParams ? value : { ...nested, textParams };
  }

  /** The text without the beginning of a secret at its end, where only brackets of ours may follow. */
  private withoutBeginning(text: string): string {
    const end = text.replace(/[\])\s…]+$/, '').length;
    const words = text.slice(0, end);
    let longest = 0;
    for (const form of this.forms) {
      for (let length = Math.min(form.length, end); length >= SHORTEST_BEGINNING && length > longest; length--) {
        if (words.endsWith(form.slice(0, length))) longest = length;
      }
    }
    return longest === 0 ? text : words.slice(0, end - longest) + MASK + text.slice(end);
  }

  private compile(): RegExp {
    const forms = new Set<string>();
    for (const secret of this.secrets) addForms(forms, secret);
    for (const token of this.tokens) addForms(forms, token);
    this.forms = [...forms];
    // A longer form first: it may begin with a shorter one, of which the rest would stay.
    const sources = [...forms]
      .sort((a, b) => b.length - a.length)
      .map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    return sources.length === 0 ? /(?!)/g : new RegExp(sources.join('|'), 'gi');
  }
}

function addForms(forms: Set<string>, secret: string): void {
  forms.add(secret);
  forms.add(JSON.stringify(secret).slice(1, -1));
  forms.add(Buffer.from(secret, 'utf8').toString('hex'));
  const encoded = encode(secret);
  forms.add(encoded);
  forms.add(encoded.replace(/%20/g, '+'));
  for (const core of base64Cores(secret)) {
    forms.add(core);
    forms.add(core.replace(/\+/g, '-').replace(/\//g, '_'));
  }
}

function encode(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    return secret;
  }
}

/**
 * What is in every base64 text that contains the secret, for each of the three places its first byte can have in a group:
 * the characters that hold bits of the secret alone.
 */
function base64Cores(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const cores: string[] = [];
  for (let offset = 0; offset < 3; offset++) {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const from = Math.ceil((offset * 8) / 6);
    const to = Math.floor(((offset + bytes.length) * 8) / 6);
    const core = text.slice(from, to);
    if (core.length >= SHORTEST_CORE) cores.push(core);
  }
  return cores;
}
