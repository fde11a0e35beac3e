const MAC = /^[0-9a-f]{12}$/i;

/**
 * A test for the devices of a filter, or undefined when every device passes. Dids are case-sensitive; a mac of 12 hex
 * digits is found in either case, other macs (`virtual:site`) only as written.
 */
export function deviceFilter(
  devices: readonly string[] | undefined,
): ((did: unknown, mac: unknown) => boolean) | undefined {
  const wanted = new Set<unknown>();
  for (const device of devices ?? []) {
    const name = device.trim();
    if (name === '') continue;
    wanted.add(name);
    if (MAC.test(name)) wanted.add(name.toLowerCase());
  }
  if (wanted.size === 0) return undefined;
  return (did, mac) =>
    wanted.has(did) || wanted.has(mac) || (typeof mac === 'string' && MAC.test(mac) && wanted.has(mac.toLowerCase()));
}
