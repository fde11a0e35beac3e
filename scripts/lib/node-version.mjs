import { readJson } from './project.mjs';
import { fail } from './say.mjs';

/** Ends the process with a plain sentence when this Node.js is older than `engines.node` of package.json asks for. */
export function requireSupportedNode() {
  const least = readJson('package.json').engines.node.replace('>=', '');
  if (isOlder(process.versions.node, least)) {
    fail(
      `Node.js ${least} or newer is needed; this is ${process.versions.node}.`,
      `需要 Node.js ${least} 或更高版本；当前为 ${process.versions.node}。`,
    );
  }
}

function isOlder(version, least) {
  const [have, want] = [version, least].map((text) => text.split('.').map(Number));
  const at = want.findIndex((number, index) => have[index] !== number);
  return at >= 0 && have[at] < want[at];
}
