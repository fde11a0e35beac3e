import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { recordLast } from '../faults/support/table';

/**
 * Every secret that a test gives to a node as a credential is a canary: it must be in no message, error, status, log line,
 * answer of the runtime or file, in whatever test. What is found is told at the end, with the test that let it out.
 */

export type Credentials = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** Credentials that are no secret: the editor shows them (CONTRACT.md 2). */
const PUBLIC = new Set(['enterpriseId', 'authId', 'appId', 'username', 'user', 'platformKey']);
/** Shorter texts (`p`, `secret`) stand in other words. */
const SHORTEST = 8;

const secrets = new Set<string>();
/** All forms of all secrets in one; made anew when another secret comes. */
let pattern: RegExp | undefined;
let found: string[] = [];
let texts = 0;
let characters = 0;

/** Takes note of the secrets among credentials, by node id and field. */
export function protect(credentials: Credentials | undefined): void {
  for (const fields of Object.values(credentials ?? {})) {
    for (const [name, value] of Object.entries(fields ?? {})) {
      if (PUBLIC.has(name) || typeof value !== 'string' || value.length < SHORTEST || secrets.has(value)) continue;
      secrets.add(value);
      pattern = undefined;
    }
  }
}

/** Looks for secrets in a text that has left a node or the runtime. */
export function watch(where: string, text: string | undefined): void {
  if (secrets.size === 0 || !text) return;
  texts++;
  characters += text.length;
  pattern ??= new RegExp([...secrets].flatMap(forms).map(literal).join('|'));
  const at = text.search(pattern);
  if (at >= 0) found.push(`${where}: …${text.slice(Math.max(0, at - 100), at + 60)}…`);
}

/** Looks into all files below a user folder of Node-RED, except those that others wrote: the packages. */
export function watchFiles(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') watchFiles(path);
    else if (entry.isFile()) {
      const text = readFileSync(path, 'utf8');
      // As the test has put it there: Node-RED seals it with the first deploy.
      if (entry.name.startsWith('flows_cred') && !text.includes('"$"')) continue;
      watch(entry.name, text);
    }
  }
}

/** Every form in which a secret could be written. */
function forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  // What any base64 text around the secret contains, for each alignment of its first byte.
  const cores = [0, 1, 2].map((pad) =>
    Buffer.concat([Buffer.alloc(pad), bytes])
      .toString('base64')
      .slice(pad + 2, -4),
  );
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), bytes.toString('hex'), ...cores];
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** As JSON, with what an error holds; undefined for what does not let itself be read. */
export function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_key, member) =>
      member instanceof Error
        ? { ...member, message: member.message, stack: member.stack, cause: member.cause }
        : member,
    );
  } catch {
    return undefined;
  }
}

const told: string[] = [];
afterEach(function () {
  for (const one of found) told.push(`${this.currentTest?.fullTitle()}: ${one}`);
  found = [];
});
after('no secret has left a node or the runtime', () => should(told).eql([]));
recordLast(() => {
  const note = `${secrets.size} secrets, ${texts} texts of ${(characters / 1e6).toFixed(1)} MB, ${told.length} found`;
  return secrets.size === 0 ? undefined : { check: 'T39', fault: 'canaries over all tests', inputs: texts, note };
});
