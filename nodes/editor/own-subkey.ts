/** What a generated queue name looks like; the stem says in the developer centre who made it. */
const STEM = 'node_red_';
const GENERATED = /^node_red_[0-9a-z]{8}$/;
/** 32 letters and digits without those that are mistaken for others: a name may be read out over the phone. */
const LETTERS = '23456789abcdefghijkmnpqrstuvwxyz';

/**
 * The queue name that a new product node begins with: this Node-RED's own, so that a stranger's gateway does not take
 * half of its events. All products of one Node-RED get the same (a queue belongs to one product anyway), since the cloud
 * keeps five queues a product and never forgets one by itself: a node made anew must not cost another.
 */
export function ownSubkey(): string {
  let found: string | undefined;
  RED.nodes.eachConfig((node) => {
    const { type, subkey } = node as { type?: unknown; subkey?: unknown };
    if (type === 'gizwits-product' && typeof subkey === 'string' && GENERATED.test(subkey)) found ??= subkey;
    return true;
  });
  return found ?? STEM + randomLetters(8);
}

function randomLetters(count: number): string {
  const values = crypto.getRandomValues(new Uint8Array(count));
  return [...values].map((value) => LETTERS[value % LETTERS.length]).join('');
}
