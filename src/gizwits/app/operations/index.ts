import { type AppCategory, type AppDefinition, type AppOperation, operationId } from '../operation';
import { bindings } from './bindings';
import { data, devices, system } from './devices';
import { groups } from './groups';
import { rules, scenes } from './rules';
import { schedules } from './schedules';
import { sharing } from './sharing';
import { messages, users } from './users';

/**
 * The Open API, one entry an operation. Sources: the guide with its anchors (S3), the full reference of 2017 to 2020
 * (OA), the old one (OO) and captures of real clients; the reference notes tell which rules where they differ (B.3).
 */
const tables: Readonly<Record<AppCategory, readonly AppDefinition[]>> = {
  users,
  messages,
  bindings,
  devices,
  sharing,
  groups,
  rules,
  scenes,
  schedules,
  data,
  system,
};

/** The Open API's operations by id. Frozen through and through. */
export const appOperations: Readonly<Record<string, AppOperation>> = catalogue();

/** All ids, category by category. */
export const appOperationIds: readonly string[] = Object.freeze(Object.keys(appOperations));

function catalogue(): Readonly<Record<string, AppOperation>> {
  const made: Record<string, AppOperation> = Object.create(null);
  for (const [category, definitions] of Object.entries(tables) as [AppCategory, readonly AppDefinition[]][]) {
    for (const definition of definitions) {
      const id = operationId(definition.method, definition.path);
      const text = `app.operations.${id}`;
      made[id] = freeze({
        id,
        category,
        title: `${text}.title`,
        description: `${text}.description`,
        // Many answers have no body, and some have null.
        ...(definition.method === 'GET' ? {} : { emptyReply: true }),
        ...definition,
      });
    }
  }
  return Object.freeze(made);
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}
