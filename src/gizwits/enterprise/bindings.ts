import { type Call, type CallMeta, metaOf } from './call';
import { BINDING_DIDS } from './parameters';
import { inParts, type PartsResult, readEntries } from './parts';

/** A change of what a user of an app has bound. */
export interface BindingChange {
  action: 'bind' | 'unbind';
  uid: unknown;
  appid: unknown;
  /** Device ids: a list, or text with commas. One that stands there twice is sent once. */
  dids: unknown;
}

const OPERATIONS = { bind: 'bindings.create', unbind: 'bindings.delete' } as const;

/**
 * Binds devices to a user or takes the bindings back, in parts, with one merged result. All dids are checked before the
 * first call.
 * @param onMeta hears of the cost of each call
 * @throws CloudError as {@link inParts} says; GIZ_BAD_INPUT
 */
export async function changeBindings(
  call: Call,
  { action, uid, appid, dids }: BindingChange,
  signal: AbortSignal | undefined,
  onMeta: (meta: CallMeta) => void,
): Promise<PartsResult> {
  const list = readEntries(dids, 'dids', 'id');
  const send = async (part: readonly string[]) => {
    const reply = await call(OPERATIONS[action], { uid, appid, dids: part }, { signal });
    onMeta(metaOf(reply));
    return reply.body;
  };
  return inParts(list, BINDING_DIDS, send, signal);
}
