import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The checkout: scripts/bench.mjs starts every process in it. */
export const root = process.cwd();

/** Where everything goes that a run leaves behind; ignored by git. */
export const workFolder = join(root, '.cache/bench');

/** A bundled program of this folder, by its path without `.ts`. */
export function program(name: string): string {
  return join(workFolder, 'program', `${name}.js`);
}

const TLS = join(root, 'test/fixtures/tls');

/** The authority that signed {@link serverCertificate}. */
export const authority = readFileSync(join(TLS, 'ca.crt'), 'utf8');

/** A certificate for `localhost`. */
export const serverCertificate = {
  cert: readFileSync(join(TLS, 'server.crt'), 'utf8'),
  key: readFileSync(join(TLS, 'server.key'), 'utf8'),
};
