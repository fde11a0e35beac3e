import type { Parameter } from '../../src/cloud/catalogue';
import type { NestedText } from '../../src/texts';

export function appTables(library: {
  appOperations: object;
  acceptedForm: (parameter: Parameter) => string | NestedText;
}): Record<string, string>;
