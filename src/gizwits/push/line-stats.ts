/** What came in besides frames that are understood. */
export interface LineStats {
  blank: number;
  /** Lines that are not a JSON object. */
  garbage: number;
  /** JSON objects with a command that this protocol version does not have. */
  unknown: number;
  /** Connections given up because a line grew beyond the limit. */
  tooLong: number;
}
