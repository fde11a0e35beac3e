/** A request as an API of the simulator sees it: read whole, nothing decoded yet. */
export interface ApiRequest {
  method: string;
  /** Path without query, as sent. */
  path: string;
  query: URLSearchParams;
  /** By lower-case name; repeated headers joined by a comma. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  /** Address of the caller. */
  remoteAddress: string;
}

export interface ApiAnswer {
  status: number;
  headers: Record<string, string>;
  /** Text of the body; the empty string for none. */
  body: string;
}

/** One of the simulated HTTP APIs, as the server mounts it. */
export interface HttpApi {
  readonly name: string;
  /** Whether a path (without query) belongs to this API. */
  owns(path: string): boolean;
  /** Id of the operation that a request would call, for faults and the request log. */
  operationOf(method: string, path: string): string | undefined;
  answer(request: ApiRequest): ApiAnswer;
  /** The answer that carries an error of this API's table, as if an operation had refused. */
  refusal(code: number): ApiAnswer;
}

/** An answer with a JSON body. */
export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): ApiAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}
