import { Caller, type CallerOptions, type CallSpec, type Login, type VendorRules } from '../../src/cloud/caller';
import type { Clock } from '../../src/cloud/clock';
import { CloudError } from '../../src/cloud/errors';
import type { Reply } from '../../src/cloud/reply';
import type { Sender } from '../../src/cloud/transport';

/** Rules with the numbers of the Enterprise API, as examples: the floor under test knows none of them. */
export const rules: VendorRules = {
  reauthCodes: new Set([5009, 5011]),
  expiryCodes: new Set([5011]),
  quotaCodes: new Set([5013]),
  credentialCodes: new Set([5003, 5005, 5012]),
  retryableReadCodes: new Set([5409]),
};

/** Reads an answer the way a client does, as far as these tests need it. */
export function read(reply: Reply): unknown {
  let body: unknown;
  try {
    body = JSON.parse(reply.text);
  } catch {
    throw badReply(reply.status, reply.text.startsWith('<') ? 'html' : 'notJson');
  }
  const code = (body as { error_code?: unknown } | null)?.error_code;
  if (typeof code === 'number') {
    throw new CloudError({
      code: `GIZ_${code}`,
      textKey: `gizwits.${code}`,
      textParams: { vendor: '' },
      vendorCode: code,
      vendorMessage: String((body as { error_message?: unknown }).error_message ?? ''),
      statusCode: reply.status,
      outcome: reply.status >= 500 ? 'unknown' : 'refused',
    });
  }
  if (reply.status > 299) throw badReply(reply.status, 'status');
  return body;
}

function badReply(status: number, key: string): CloudError {
  return new CloudError({
    code: 'GIZ_BAD_RESPONSE',
    textKey: `errors.badResponse.${key}`,
    textParams: { status },
    statusCode: status,
    outcome: status >= 400 && status < 500 ? 'refused' : 'unknown',
    retryable: key === 'notJson',
  });
}

/** An error of the vendor as a body. */
export const vendorError = (code: number, message = ''): { error_code: number; error_message: string } => ({
  error_code: code,
  error_message: message,
});

/** Logs in at `/login/<scope>`. */
export function login(scope: string): Login {
  return {
    request: { method: 'POST', path: `/login/${scope}`, body: '{}' },
    read: (reply) => {
      const body = read(reply) as { token: string; expired_at?: unknown };
      return { value: body.token, expiresAt: body.expired_at };
    },
  };
}

/** An account with settings that stay out of the way, unless given. */
export function account(transport: Sender, clock: Clock, options: Partial<CallerOptions> = {}): Caller {
  return new Caller({
    transport,
    clock,
    rules,
    login,
    ...options,
    settings: { timeoutMs: 30_000, concurrency: 10, queue: 10_000, maxWaitMs: 60_000, ...options.settings },
  });
}

/** A read without a token. */
export function readOf(path: string, more: Partial<CallSpec<unknown>> = {}): CallSpec<unknown> {
  return { lane: 'read', origin: 'node', build: () => ({ method: 'GET', path }), read, ...more };
}

/** A command without a token; ten seconds fresh. */
export function commandOf(path: string, more: Partial<CallSpec<unknown>> = {}): CallSpec<unknown> {
  return {
    lane: 'control',
    origin: 'node',
    deadlineMs: 10_000,
    build: () => ({ method: 'POST', path, body: '{}' }),
    read: (reply) => (reply.text === '' && reply.status < 300 ? {} : read(reply)),
    ...more,
  };
}

/** The same call, made with the token of a scope, which goes into the path for the script to see. */
export function withScope(spec: CallSpec<unknown>, scope = 'pk'): CallSpec<unknown> {
  return {
    ...spec,
    tokenScope: scope,
    build: (token) => {
      const request = spec.build();
      return { ...request, headers: { authorization: `token ${token}` } };
    },
  };
}

/** The end of a call as a value. */
export async function outcomeOf(call: Promise<unknown>): Promise<CloudError | 'ok'> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    if (error instanceof CloudError) return error;
    throw error;
  }
}
