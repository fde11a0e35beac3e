import { readJson } from './project.mjs';

/** Endings of definitions that come in rows, with a text for each row. */
const rows = ['List', 'Page', 'Record', 'Message'];
const rowOf = (name) => rows.find((ending) => name.endsWith(ending)) ?? name;

/**
 * The schema of the messages with a description at every definition that is no union and at every property. A property
 * has the text of its definition (`GetDidMany.did`), of its row (`Page.payload`), or one for all of its name.
 * @throws Error with every text that is missing, and every one that nothing asks for
 */
export function describeMessages(schema, language) {
  const texts = readJson(`scripts/texts/${language}/messages.json`);
  const wanted = new Set();
  const missing = [];
  const look = (kind, ...keys) => {
    const key = keys.find((one) => texts[kind][one] !== undefined);
    if (key === undefined) missing.push(`${kind}.${keys.at(-1)}`);
    else wanted.add(`${kind}.${key}`);
    return texts[kind][key];
  };

  const described = (form, name) => {
    const { properties, items, anyOf, allOf, ...rest } = form;
    const within = (one) => described(one, name);
    return {
      ...rest,
      ...(properties && { properties: mapValues(properties, (one, key) => property(one, name, key)) }),
      ...(items && { items: within(items) }),
      ...(anyOf && { anyOf: anyOf.map(within) }),
      ...(allOf && { allOf: allOf.map(within) }),
    };
  };
  const property = (form, name, key) => {
    const description = look('properties', ...[name, rowOf(name)].map((one) => `${one}.${key}`), key);
    const inner = described(form, name);
    // Beside a reference nothing else counts.
    return inner.$ref ? { allOf: [inner], description } : { ...inner, description };
  };
  const definition = (form, name) => {
    const inner = described(form, name);
    if (form.anyOf?.every(({ $ref }) => $ref)) return inner;
    return { description: look('definitions', name, rowOf(name)), ...inner };
  };

  const definitions = mapValues(schema.definitions, definition);
  const all = Object.entries(texts).flatMap(([kind, of]) => Object.keys(of).map((key) => `${kind}.${key}`));
  const stale = all.filter((key) => !wanted.has(key));
  if (missing.length + stale.length > 0) {
    const gaps = [...new Set(missing)].map((key) => `${key} is missing`);
    throw new Error(
      `scripts/texts/${language}/messages.json: ${[...gaps, ...stale.map((key) => `${key} is not used`)].join(', ')}`,
    );
  }
  return { ...schema, definitions };
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}
