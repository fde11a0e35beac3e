import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeSets, root } from './project.mjs';

/**
 * What each node set gives to `registerType`, read by running its editor half without an editor. Texts come out as their
 * full keys. Needs tsx to be loaded.
 */
export function editorDefinitions() {
  const definitions = {};
  const before = globalThis.RED;
  globalThis.RED = withTheRest({
    _: (key) => key,
    nodes: withTheRest({ registerType: (type, definition) => (definitions[type] = definition) }),
  });
  try {
    const load = createRequire(import.meta.url);
    for (const set of nodeSets()) {
      const file = join(root, `nodes/${set}.editor.ts`);
      // A module registers when it is first loaded; whoever loads it elsewhere shall see it register too.
      delete load.cache[file];
      load(file);
      delete load.cache[file];
    }
  } finally {
    globalThis.RED = before;
  }
  return definitions;
}

/** What else of the editor a half may call as it loads: every call and property of it leads on to itself. */
const rest = new Proxy(() => rest, { get: () => rest });

function withTheRest(own) {
  return new Proxy(own, { get: (target, name) => (name in target ? target[name] : rest) });
}

/** The types that a node's typed fields offer, by field, as its editor half names them. */
export function offeredTypes(set) {
  const load = createRequire(import.meta.url);
  const lists = load(join(root, 'nodes/editor/typed-fields.ts'));
  const source = readFileSync(join(root, `nodes/${set}.editor.ts`), 'utf8');
  const calls = [...source.matchAll(/typedField\(\w+, '(\w+)', (?:(\w+)|\[([^\]]*)\])\)/g)];
  return Object.fromEntries(
    calls.map(([, field, name, literal]) => {
      const types = name ? lists[name] : literal.split(',').map((one) => one.trim().slice(1, -1));
      if (!Array.isArray(types)) throw new Error(`nodes/${set}.editor.ts: what types has ${field}?`);
      return [field, types];
    }),
  );
}
