import type { Device } from '../world/device';
import type { Command, CommandOrigin, ControlResult, Refusal, World } from '../world/world';
import { AppRefused } from './errors';
import type { Fields } from './fields';

const REFUSALS: Readonly<Record<Refusal, number>> = {
  disabled: 9023,
  offline: 9042,
  'attr-unknown': 9025,
  'attr-invalid': 9025,
  'raw-invalid': 9015,
};

/** Sends a command; refusals carry the codes of this API. */
export function command(world: World, device: Device, what: Command, origin: CommandOrigin): void {
  const result: ControlResult = world.control(device, what, origin);
  if (!result.accepted) throw new AppRefused(REFUSALS[result.reason], detailOf(result));
}

/** As captured: "attr eco_tempH invalid or read only." */
function detailOf({ reason, detail }: { reason: Refusal; detail: string }): string | null {
  if (reason !== 'attr-unknown' && reason !== 'attr-invalid') return null;
  return `attr ${detail.split(' ')[1]} invalid or read only.`;
}

/** `attrs` or `raw` of a body; raw is an array of bytes unless a coding is named. */
export function commandIn(body: Fields): Command {
  const coding = body.choice('binary_coding', ['hex', 'base64']);
  const attrs = body.object('attrs');
  if (attrs !== undefined) return { attrs, ...(coding && { coding }) };
  const raw = body.any('raw');
  if (raw === undefined) throw new AppRefused(9015, 'attrs or raw is required.');
  if (typeof raw === 'string' && coding === undefined) throw new AppRefused(9015, 'raw: Expected a list of items.');
  return { raw, ...(coding && { coding }) };
}
