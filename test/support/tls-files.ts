import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '..', 'fixtures', 'tls');

/** The authority that signed most of the test certificates. */
export const testAuthority = readFileSync(join(FOLDER, 'ca.crt'), 'utf8');

export type Certificate = 'server' | 'client' | 'wrong-host' | 'expired' | 'not-yet-valid' | 'unknown' | 'self-signed';

/** A test certificate with its key, as node:tls takes them. */
export function certificate(name: Certificate): { cert: string; key: string } {
  return {
    cert: readFileSync(join(FOLDER, `${name}.crt`), 'utf8'),
    key: readFileSync(join(FOLDER, `${name}.key`), 'utf8'),
  };
}
