/** The fields of a node as a flow holds them. */
export type Saved = Readonly<Record<string, unknown>>;

/**
 * Turns what one version of a node saved into what the next one reads. Pure, and harmless to a flow that a script wrote
 * without a version but with the new fields: a field that changes its meaning therefore gets a new name, and a step acts
 * on the old name alone.
 */
export type Migration = (saved: Saved) => Saved;

/**
 * The steps of each node type, oldest first: the first leads from version 1, that of package 0.1.0, to version 2. A type
 * without steps has never changed.
 */
const MIGRATIONS: Readonly<Record<string, readonly Migration[]>> = {};

/** The version that a node of this type is saved with today. */
export function configVersion(type: string, table = MIGRATIONS): number {
  return 1 + (table[type]?.length ?? 0);
}

/**
 * What a node saved, in today's fields. Without a version, as scripts write it, it counts as the first one. What a later
 * package saved comes back as it is, since nobody can know it here.
 */
export function migrate<T extends object>(type: string, saved: T, table = MIGRATIONS): T {
  const from = savedVersion(saved);
  const steps = (table[type] ?? []).slice(from - 1);
  if (steps.length === 0) return saved;
  const migrated = steps.reduce<Saved>((fields, step) => step(fields), saved as Saved);
  return { ...migrated, configVersion: configVersion(type, table) } as unknown as T;
}

/** Whether a later version of the package saved this node. */
export function isFromLater(type: string, saved: object, table = MIGRATIONS): boolean {
  return savedVersion(saved) > configVersion(type, table);
}

function savedVersion(saved: object): number {
  const { configVersion: version } = saved as { configVersion?: unknown };
  return typeof version === 'number' && Number.isInteger(version) && version > 0 ? version : 1;
}
