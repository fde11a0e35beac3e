import type { SnotiCommand, SnotiSource } from './source';

/** A request that cannot be answered by a result: the service answers `invalid_msg`. */
export class InvalidControl extends Error {}

type Version = 'v1' | 'v2';

/**
 * Carries out the commands of a `remote_control_req` (v1) or `remote_control_v2_req` (v2).
 * @param productKeys the products this connection has logged in with
 * @returns the answer's `result`
 * @throws InvalidControl when the request is not of the documented form
 */
export function carryOut(
  request: Record<string, unknown>,
  version: Version,
  productKeys: ReadonlySet<string>,
  source: SnotiSource,
): unknown {
  const { data } = request;
  if (!Array.isArray(data) || data.length === 0) throw new InvalidControl('data must be a list of commands');
  const commands = data.map((entry) => readCommand(entry, version));
  const succeed: unknown[] = [];
  const failed: unknown[] = [];
  for (const command of commands) {
    const { did } = command;
    const reason = productKeys.has(command.productKey) ? source.control(command) : 'product_key is not logged in';
    if (reason === undefined) succeed.push(version === 'v1' ? did : { did });
    else failed.push(version === 'v1' ? { [did]: reason } : { did, reason });
  }
  return { succeed, failed };
}

function readCommand(entry: unknown, version: Version): SnotiCommand {
  const { cmd, data } = record(entry);
  const { did, mac, product_key: productKey, attrs, raw, binary_coding: coding = 'hex' } = record(data);
  if (typeof did !== 'string' || typeof mac !== 'string' || typeof productKey !== 'string') {
    throw new InvalidControl('did, mac and product_key are required');
  }
  if (coding !== 'hex' && coding !== 'base64') throw new InvalidControl('binary_coding must be hex or base64');
  const target = { did, mac, productKey, coding } as const;
  if (cmd === 'write_attrs') {
    if (typeof attrs !== 'object' || attrs === null || Array.isArray(attrs))
      throw new InvalidControl('attrs is required');
    return { ...target, attrs: attrs as Record<string, unknown> };
  }
  // write_v1 is for products of the first device protocol and exists in the first version only.
  if (cmd !== 'write' && !(version === 'v1' && cmd === 'write_v1'))
    throw new InvalidControl(`unknown cmd ${String(cmd)}`);
  if (version === 'v1' && !Array.isArray(raw)) throw new InvalidControl('raw must be a list of bytes');
  if (raw === undefined) throw new InvalidControl('raw is required');
  return { ...target, raw };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
