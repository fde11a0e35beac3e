/** A complete HTTP answer, body decoded as UTF-8. */
export interface Reply {
  status: number;
  /** Header names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
}

/** A complete HTTP request, ready for the wire except for its authentication. */
export interface WireRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path with query, relative to the account's base URL, beginning with `/`. Every part is encoded. */
  path: string;
  /** JSON text, or undefined for no body. */
  body?: string;
  headers?: Readonly<Record<string, string>>;
}
