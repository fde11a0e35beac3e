import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 over the names and contents of the files at and below `paths` (relative to `base`); hex. */
export function fingerprint(base, paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    const stats = statSync(join(base, path), { throwIfNoEntry: false });
    if (stats?.isDirectory()) {
      for (const name of readdirSync(join(base, path)).sort()) add(`${path}/${name}`);
    } else {
      hash.update(`${path}\0${stats ? stats.size : 'absent'}\0`);
      if (stats) hash.update(readFileSync(join(base, path)));
    }
  };
  for (const path of paths) add(path);
  return hash.digest('hex');
}
