import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './packed-package';

/** The languages that every text exists in. */
export const languages = ['en-US', 'zh-CN'] as const;
export type Language = (typeof languages)[number];

interface Manifest {
  name: string;
  files: string[];
  bin?: Record<string, string>;
  dependencies: Record<string, string>;
  'node-red': { nodes: Record<string, string> };
}

/** package.json of the checkout. */
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** The node sets of the package; each registers one node type of its own name. */
export const nodeSets = Object.keys(manifest['node-red'].nodes);

/** Paths of the files below `folder` (relative to it, with slashes), sorted; none when there is no such folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}
