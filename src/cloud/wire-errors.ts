import { CloudError, type Outcome } from './errors';

/** Why no connection came about. Only inside the transport: {@link wireError} makes the error that leaves it. */
export class ConnectFailure extends Error {
  constructor(
    readonly stage: 'network' | 'tls' | 'proxy' | 'timeout',
    /** Code of the socket or TLS library, or `HTTP <status>` of a proxy. Never a text of a peer. */
    readonly code: string,
    /** For `timeout`: the time that was allowed. */
    readonly timeoutMs = 0,
  ) {
    super(code);
  }
}

/** What to tell of a failure on the way. */
export interface WireFailure {
  /** Host with port, as the user configured it. */
  host: string;
  /** Whether bytes of the request may have left. */
  begun: boolean;
  /** Whether the head of an answer had come. */
  answered: boolean;
}

const DNS = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ENODATA', 'ESERVFAIL']);
const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTDOWN', 'ENETDOWN', 'ETIMEDOUT']);
const RESET = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'UND_ERR_SOCKET',
  'UND_ERR_INFO',
  'UND_ERR_ABORTED',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
]);
const CUT = new Set(['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'HPE_INVALID_EOF_STATE']);
const PARSER = 'HPE_';
const CLOSED = new Set(['UND_ERR_DESTROYED', 'UND_ERR_CLOSED']);

/** Certificate errors of OpenSSL, as Node names them, by what a user can do about them. */
const TLS_EXPIRED = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const TLS_UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);
const TLS_REFUSED = new Set([
  'CERT_REVOKED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'UNABLE_TO_GET_CRL',
  'CRL_HAS_EXPIRED',
  'CRL_NOT_YET_VALID',
  'CRL_SIGNATURE_FAILURE',
  'HOSTNAME_MISMATCH',
  'OUT_OF_MEM',
]);

/** Whether a code of node:tls says that the certificate was refused or that TLS could not be agreed on. */
export function isTlsCode(code: string): boolean {
  return (
    code.startsWith('ERR_TLS') ||
    code.startsWith('ERR_SSL') ||
    code === 'EPROTO' ||
    TLS_EXPIRED.has(code) ||
    TLS_UNTRUSTED.has(code) ||
    TLS_REFUSED.has(code)
  );
}

/** The code of a library's error; the first inner one of an error that stands for several addresses of a host. */
export function codeOf(error: unknown): string {
  const { code, errors, name } = (error ?? {}) as { code?: unknown; errors?: unknown; name?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  // The parser of undici knows more errors than it has names for.
  if (name === 'HTTPParserError') return 'HPE_UNKNOWN';
  if (Array.isArray(errors) && errors.length > 0) return codeOf(errors[0]);
  return 'UNKNOWN';
}

/**
 * Whatever the libraries below report, as the one error type: in plain words, without a text of theirs (a header value
 * or a URL may stand in it), and saying whether the request can have been carried out.
 */
export function wireError(error: unknown, failure: WireFailure): CloudError {
  const outcome: Outcome = failure.begun ? 'unknown' : 'not-sent';
  if (error instanceof CloudError) return error;
  if (error instanceof ConnectFailure) return connectError(error, failure.host);
  const code = codeOf(error);
  if (CLOSED.has(code)) return new CloudError({ code: 'GIZ_CLOSED', textKey: 'errors.closed', outcome });
  const broke = RESET.has(code) || code.startsWith(PARSER);
  if (CUT.has(code) || (broke && failure.answered)) {
    return new CloudError({ code: 'GIZ_NETWORK', textKey: 'errors.badResponse.cut', outcome, retryable: true });
  }
  // A server that speaks TLS 1.3 refuses the client's certificate only after the request has been written.
  if (isTlsCode(code)) return tlsError(code, failure.host, failure.begun ? 'refused' : 'not-sent');
  if (code.startsWith(PARSER) || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new CloudError({
      code: 'GIZ_BAD_RESPONSE',
      textKey: 'errors.badResponse.notHttp',
      textParams: { host: failure.host },
      outcome,
    });
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    // The library's message may quote a header; the reason is enough to find a fault of ours.
    return new CloudError({
      code: 'GIZ_INTERNAL',
      textKey: 'errors.internal',
      textParams: { reason: 'invalid request line or header' },
      outcome: 'not-sent',
    });
  }
  return networkError(code, failure.host, outcome);
}

/** The total time of one try has passed. */
export function timeoutError(host: string, timeoutMs: number, outcome: Outcome): CloudError {
  return new CloudError({
    code: 'GIZ_TIMEOUT',
    textKey: 'errors.timeout',
    textParams: { host, seconds: Math.round(timeoutMs / 100) / 10 },
    outcome,
    retryable: true,
  });
}

function connectError(failure: ConnectFailure, host: string): CloudError {
  if (failure.stage === 'timeout') return timeoutError(host, failure.timeoutMs, 'not-sent');
  if (failure.stage === 'tls') return tlsError(failure.code, host, 'not-sent');
  if (failure.stage === 'proxy') {
    return new CloudError({
      code: 'GIZ_NETWORK',
      textKey: 'errors.networkCases.proxy',
      textParams: { host, reason: failure.code },
      outcome: 'not-sent',
      // A proxy that demands a password or forbids the host will say the same again.
      retryable: !/^HTTP 4/.test(failure.code),
    });
  }
  return networkError(failure.code, host, 'not-sent');
}

function networkError(code: string, host: string, outcome: Outcome): CloudError {
  const kind = networkCase(code);
  return new CloudError({
    code: 'GIZ_NETWORK',
    textKey: kind ? `errors.networkCases.${kind}` : 'errors.network',
    textParams: kind ? { host } : { host, reason: code },
    outcome,
    retryable: true,
  });
}

function networkCase(code: string): 'refused' | 'dns' | 'reset' | 'unreachable' | undefined {
  if (code === 'ECONNREFUSED') return 'refused';
  if (DNS.has(code)) return 'dns';
  if (UNREACHABLE.has(code)) return 'unreachable';
  return RESET.has(code) ? 'reset' : undefined;
}

function tlsError(code: string, host: string, outcome: Outcome): CloudError {
  const kind = tlsCase(code);
  return new CloudError({
    code: 'GIZ_TLS',
    textKey: kind ? `errors.tlsCases.${kind}` : 'errors.tls',
    textParams: kind ? { host } : { host, reason: code },
    outcome,
  });
}

function tlsCase(code: string): 'expired' | 'untrusted' | 'host' | 'protocol' | undefined {
  if (TLS_EXPIRED.has(code)) return 'expired';
  if (TLS_UNTRUSTED.has(code)) return 'untrusted';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') return 'host';
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return 'protocol';
  return undefined;
}
