import { badInput } from '../../cloud/errors';
import { excerpt } from '../../cloud/input';
import type { AppOperation } from './operation';
import { appOperationIds, appOperations } from './operations';

/**
 * The operation that an author names.
 * @throws CloudError GIZ_BAD_INPUT listing all ids, when there is none such
 */
export function findAppOperation(id: unknown): AppOperation {
  const known = appOperationIds.find((candidate) => candidate === id);
  if (known !== undefined) return appOperations[known] as AppOperation;
  throw badInput('operation', { field: 'operation', given: excerpt(id), accepted: appOperationIds.join(', ') });
}
