import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMessages } from './describe-messages.mjs';
import { offeredTypes } from './editor-definitions.mjs';
import { textsOf } from './enterprise-parity.mjs';
import { interpolate } from './interpolate.mjs';
import { table } from './markdown.mjs';
import { languages, nodeSets, readJson, root } from './project.mjs';

/** More kinds of a message than this are told by their payload alone. */
const MANY_KINDS = 8;

/**
 * `docs/nodes*.md` by path.
 * @param library `{editorDefinitions, messageSchema, nodeMessages}`: what the nodes give to the editor, and their messages
 */
export function nodePages(library) {
  return Object.fromEntries(
    languages.map((language) => [
      language === 'en-US' ? 'docs/nodes.md' : `docs/nodes.${language}.md`,
      new NodePage(library, language).text(),
    ]),
  );
}

class NodePage {
  constructor({ editorDefinitions, messageSchema, nodeMessages }, language) {
    this.language = language;
    this.definitions = editorDefinitions;
    this.nodeMessages = nodeMessages;
    this.forms = describeMessages(messageSchema, language).definitions;
    this.own = readJson(`scripts/texts/${language}/reference.json`).nodes;
    this.catalogues = Object.fromEntries(
      nodeSets().map((set) => [set, readJson(`nodes/locales/${language}/${set}.json`)]),
    );
    this.catalogues['gizwits-enterprise'].texts = textsOf(language);
    /** Definitions that stand in a node's own part of the page. */
    this.told = new Set();
  }

  text() {
    const { own } = this;
    const sets = nodeSets().flatMap((set) => this.set(set));
    const lines = [`# ${own.title}`, '', own.intro, '', own.types, '', ...sets, `## ${own.parts}`];
    const parts = Object.keys(this.forms).filter((name) => !this.told.has(name) && !this.isUnion(name));
    for (const name of parts) lines.push('', ...this.part(name));
    return `${lines.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
  }

  set(set) {
    const { own } = this;
    const lines = [`## ${set}`, '', `**${this.phrase(`${set}:${set}.palette`)}** · ${this.summary(set)}`, ''];
    lines.push(`### ${own.fields}`, '', ...this.fields(set), '');
    const { credentials } = this.definitions[set];
    if (credentials) lines.push(`### ${own.credentials}`, '', ...this.credentials(set, credentials), '');
    const messages = this.nodeMessages[set];
    if (messages) lines.push(...this.input(messages.input), ...this.output(messages.output));
    return lines;
  }

  /** The first paragraph of the help. */
  summary(set) {
    const help = readFileSync(join(root, `nodes/locales/${this.language}/${set}.html`), 'utf8');
    const [first] = help
      .replace(/<script[^>]*>/, '')
      .trim()
      .split(/\n\s*\n/);
    return first.replaceAll('\n', this.language === 'zh-CN' ? '' : ' ');
  }

  fields(set) {
    const { defaults } = this.definitions[set];
    const offered = offeredTypes(set);
    const rows = readFileSync(join(root, `nodes/${set}.html`), 'utf8');
    const names = Object.keys(defaults).filter((name) => !isTypeOf(name, defaults));
    return table(
      this.own.fieldColumns,
      names.map((name) => [
        `\`${name}\``,
        this.label(set, name, rows),
        this.shown(defaults[name].value, defaults[`${name}Type`]?.value),
        this.values(set, name, offered, rows),
      ]),
    );
  }

  values(set, name, offered, rows) {
    const { own } = this;
    const { defaults } = this.definitions[set];
    if (defaults[`${name}Type`]) {
      if (!offered[name]) throw new Error(`no typed field ${name} in the editor half`);
      return interpolate(own.typed, { type: `${name}Type`, types: offered[name].map(code).join(' ') });
    }
    if (defaults[name].type) return interpolate(own.refers, { type: code(defaults[name].type) });
    const select =
      new RegExp(`<select id="node-(?:config-)?input-${name}">([\\s\\S]*?)</select>`).exec(rows)?.[1] ?? '';
    const options = [...select.matchAll(/<option value="([^"]*)"(?: data-i18n="([^"]*)")?/g)];
    const words = options.map(([, value, key]) => (key ? `${code(value)} ${this.phrase(key, set)}` : code(value)));
    return words.join('; ');
  }

  label(set, name, rows) {
    const own = new RegExp(`<label for="node-(?:config-)?input-${name}">.*?data-i18n="([^"]+)"`).exec(rows)?.[1];
    const beside = new RegExp(`id="node-(?:config-)?input-${name}">\\s*<span data-i18n="([^"]+)"`).exec(rows)?.[1];
    for (const key of [own, beside, `${set}:${set}.label.${name}`, `gizwits-enterprise:common.label.${name}`]) {
      const text = key && this.phrase(key, set, true);
      if (text) return text;
    }
    const text = this.own.labels[name];
    if (!text) throw new Error(`nodes/${set}.html has no label for ${name}`);
    return text;
  }

  credentials(set, credentials) {
    const rows = readFileSync(join(root, `nodes/${set}.html`), 'utf8');
    return table(
      this.own.credentialColumns,
      Object.entries(credentials).map(([name, { type }]) => [
        code(name),
        this.label(set, name, rows),
        this.own.kind[type],
      ]),
    );
  }

  input(name) {
    const { own } = this;
    const lines = [`### ${own.input}`, ''];
    if (!name) return [...lines, own.noInput, ''];
    this.told.add(name);
    const form = this.forms[name];
    if (Object.keys(form.properties).length === 0) return [...lines, own.readsNothing, ''];
    return [...lines, own.byDefault, '', ...this.properties(form), ''];
  }

  output(name) {
    const { own } = this;
    const lines = [`### ${own.output}`, ''];
    for (const [union, kinds] of this.kindsOf(name)) {
      if (kinds.length > MANY_KINDS) lines.push(...this.kindsByPayload(union, kinds), '');
      else for (const kind of kinds) lines.push(...this.part(kind, '####'), '');
      for (const kind of kinds) this.told.add(kind);
    }
    return lines;
  }

  /** The kinds of a message: a list, with its name, for each union in it. */
  kindsOf(name) {
    if (!this.isUnion(name)) return [[name, [name]]];
    const refs = this.forms[name].anyOf.map(({ $ref }) => nameOf($ref));
    const plain = refs.filter((one) => !this.isUnion(one));
    const unions = refs.filter((one) => this.isUnion(one)).flatMap((one) => this.kindsOf(one));
    return plain.length > 0 ? [...unions, [name, plain]] : unions;
  }

  kindsByPayload(name, kinds) {
    const { own } = this;
    const { properties } = this.forms[kinds[0]];
    const metadata = properties.gizwits.allOf[0];
    const rows = kinds.map((kind) => [`\`${kind}\``, this.type(this.forms[kind].properties.payload)]);
    return [interpolate(own.eachKind, { name, metadata: this.type(metadata) }), '', ...table(own.kindColumns, rows)];
  }

  part(name, heading = '###') {
    const form = this.forms[name];
    const lines = [`${heading} ${name}`, '', form.description ?? '', ''];
    if (form.properties && Object.keys(form.properties).length > 0) return [...lines, ...this.properties(form)];
    return [...lines, this.type({ ...form, description: undefined })];
  }

  properties(form) {
    const required = new Set(form.required ?? []);
    return table(
      this.own.messageColumns,
      Object.entries(form.properties).map(([name, property]) => {
        const type = this.type(property);
        return [code(name), required.has(name) ? type : interpolate(this.own.optional, { type }), property.description];
      }),
    );
  }

  /** What a form is, in words and links. */
  type(form) {
    const { own } = this;
    if (form.$ref) {
      const name = nameOf(form.$ref);
      if (!this.isUnion(name)) return `[${name}](#${name.toLowerCase()})`;
      const { anyOf } = this.forms[name];
      return anyOf.length > MANY_KINDS ? code(name) : this.union(anyOf);
    }
    if (form.allOf) return this.type(form.allOf[0]);
    if (form.anyOf) return this.union(form.anyOf);
    if (form.const !== undefined) return code(JSON.stringify(form.const));
    if (form.enum) return form.enum.map((value) => code(value)).join(' ');
    if (form.tsType === 'Buffer') return 'Buffer';
    if (form.items) return interpolate(own.listOf, { item: this.type(form.items) });
    if (form.type === undefined) return own.anything;
    return own.forms[form.format ?? form.type];
  }

  union(anyOf) {
    return [...new Set(anyOf.map((one) => this.type(one)))].join(` ${this.own.or} `);
  }

  isUnion(name) {
    return this.forms[name].anyOf?.every(({ $ref }) => $ref) === true;
  }

  shown(value, type) {
    const { empty } = this.own;
    if (value === '' || (Array.isArray(value) && value.length === 0)) return type ? `${empty} (${code(type)})` : empty;
    return type ? `${code(value)} (${code(type)})` : code(value);
  }

  /** A text of a catalogue by its key, which without a set's name is one of `home`; tags of hints are dropped. */
  phrase(written, home, orNothing = false) {
    const key = written.replace(/^\[\w+\]|@[^/]+\/[^/]+\//g, '');
    const [set, path] = key.includes(':') ? key.split(':') : [home, key];
    const found = path?.split('.').reduce((node, part) => node?.[part], this.catalogues[set]);
    if (typeof found === 'string') return found.replace(/<[^>]+>/g, '');
    if (orNothing) return undefined;
    throw new Error(`nodes/locales/${this.language} has no text ${key}`);
  }
}

function nameOf($ref) {
  return $ref.replace('#/definitions/', '');
}

function isTypeOf(name, defaults) {
  return name.endsWith('Type') && Object.hasOwn(defaults, name.slice(0, -'Type'.length));
}

function code(value) {
  return `\`${value}\``;
}
