/** The node types that make each call. */
export const enterpriseNodes: Readonly<Record<string, string[]>>;

/** The parity tables of the Enterprise API, by path. */
export function enterpriseTables(library: {
  enterpriseOperations: object;
  acceptedForm: unknown;
}): Record<string, string>;
