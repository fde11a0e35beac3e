import { acceptedForm, type Operation, type Parameter } from '../../src/cloud/catalogue';
import { nestedText } from './nested-text';
import { cloudText, sentences } from './text';

/** The short name of an operation of the Enterprise API; `custom` has one too. */
export function operationTitle(id: string): string {
  return cloudText(`gizwits.operations.${id}.title`);
}

/** What an operation does, and what a user must know about it. */
export function operationSummary({ id, notes = [] }: Pick<Operation, 'id' | 'notes'>): string {
  return sentences([
    cloudText(`gizwits.operations.${id}.description`),
    ...notes.map((note) => cloudText(`gizwits.notes.${note}`)),
  ]);
}

/** The parameters that an author may give. */
export function authorParameters({ parameters }: Operation): Parameter[] {
  return parameters.filter(({ supplied }) => !supplied);
}

/** What a parameter is for. */
export function parameterSummary({ description }: Parameter): string {
  return cloudText(description);
}

/** What a parameter accepts. */
export function parameterForm(parameter: Parameter): string {
  return nestedText(acceptedForm(parameter));
}
