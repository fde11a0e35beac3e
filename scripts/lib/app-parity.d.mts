/** The parity tables of the Open API, by path. */
export function appTables(library: { appOperations: object; acceptedForm: unknown }): Record<string, string>;
