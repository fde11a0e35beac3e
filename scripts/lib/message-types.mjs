import { compile } from 'json-schema-to-typescript';

/** The TypeScript types of the messages, as the text of a file. @param schema with its descriptions */
export async function messageTypes(schema) {
  const types = await compile(schema, 'NodeMessages', {
    additionalProperties: true,
    unreachableDefinitions: true,
    unknownAny: true,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 120 },
    bannerComment: [
      '// Made from the forms beside it by `npm run docs`; not to be edited.',
      '/// <reference types="node" />',
    ].join('\n'),
  });
  // Where each type comes from is of no use to a reader.
  const origin =
    / \* This interface was referenced by `NodeMessages`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g;
  return types
    .replace(origin, '')
    .replaceAll('/**\n */\n', '')
    .replace(/ \*\n \*\/\n/g, ' */\n');
}
