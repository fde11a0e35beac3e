import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { definitions, nodeMessages } from '../../nodes/messages';
import type { Form } from '../../nodes/messages/forms';
import { type Language, languages } from '../support/package-facts';
import { root } from '../support/packed-package';

const sections: Record<Language, Record<'input' | 'output', string>> = {
  'en-US': { input: 'Inputs', output: 'Outputs' },
  'zh-CN': { input: '输入', output: '输出' },
};

describe('the messages in the help of the nodes', () => {
  for (const language of languages) {
    for (const [type, { input, output }] of Object.entries(nodeMessages)) {
      it(`of ${type} in ${language} are those of the contract`, () => {
        const help = readFileSync(join(root, `nodes/locales/${language}/${type}.html`), 'utf8');
        for (const [kind, definition] of Object.entries({ input, output })) {
          if (!definition) continue;
          const rows = rowsOf(help, sections[language][kind as 'input' | 'output']);
          const named = rows.flatMap(({ names }) => names);
          // A node that hands on the message as it came says so in one row without a name.
          if (rows.some(({ names }) => names.length === 0)) continue;
          should([...new Set(named)].sort()).eql([...propertiesOf({ $ref: definition })].sort(), kind);
          for (const { names, text } of rows.filter(({ names: [name] }) => name === 'gizwits' || name === 'expeed')) {
            const known = metadataOf({ $ref: definition }, names[0] as string);
            const told = [...text.matchAll(/`(\w+)`/g)]
              .map(([, word]) => word ?? '')
              .filter((word) => !/^(true|false)$/.test(word));
            should(told.filter((word) => !known.has(word))).eql([], `${kind}: ${names[0]}`);
          }
        }
      });
    }
  }
});

/** The rows `: name (type) : text` of a section; several names may share one, and `*any*` is none. */
function rowsOf(help: string, heading: string): { names: string[]; text: string }[] {
  const section = new RegExp(`^### ${heading}\\n([\\s\\S]*?)(?=^###? |$(?![\\s\\S]))`, 'm').exec(help)?.[1] ?? '';
  return [...section.matchAll(/^: ([^(:]*)(?:\([^)]*\) )?: (.*)$/gm)].flatMap(([, names = '', text = '']) => {
    if (/^\*(any|任意)\*/.test(names)) return [];
    const all = names.split(',').map((name) => name.replaceAll('*', '').trim().replace(/\..*$/, ''));
    return [{ names: all.filter((name) => name !== ''), text }];
  });
}

/** All definitions that a form may come to. */
function kindsOf({ $ref, anyOf, allOf, ...rest }: Form): Form[] {
  if ($ref) return kindsOf(definitions[$ref.replace('#/definitions/', '')] as Form);
  if (anyOf) return anyOf.flatMap(kindsOf);
  return allOf ? allOf.flatMap(kindsOf) : [rest];
}

function propertiesOf(form: Form): Set<string> {
  return new Set(kindsOf(form).flatMap(({ properties }) => Object.keys(properties ?? {})));
}

/** What a metadata object may hold: names and words, down to the objects in it. */
function metadataOf(form: Form, property: string): Set<string> {
  const objects = kindsOf(form).flatMap(({ properties }) => (properties?.[property] ? [properties[property]] : []));
  const names = new Set<string>();
  const walk = (one: Form): void => {
    for (const { properties, items, enum: values } of kindsOf(one)) {
      if (items) walk(items);
      for (const value of values ?? []) names.add(String(value));
      for (const [name, inner] of Object.entries(properties ?? {})) {
        names.add(name);
        walk(inner);
      }
    }
  };
  objects.forEach(walk);
  return names;
}
