import { anything, buffer, either, fields, narrowed, only, open, ref, text, words } from './forms';
import { listing } from './listing';

const ids = { 'did?': text, 'mac?': text, 'uid?': text };

/** Messages of the nodes on the Open API. */
export const app = {
  AppApiInput: open({ 'payload?': anything }),
  AppApiReply: open({ payload: anything, ...ids, gizwits: ref('AppCallMetadata') }),
  ...listing('AppApi', anything, { ...ids, gizwits: ref('AppCallMetadata') }),
  AppApiOutput: either(ref('AppApiList'), ref('AppApiPage'), ref('AppApiRecord'), ref('AppApiReply')),

  AppEventsInput: open({ did: text, 'command?': words('read', 'write', 'raw'), 'payload?': anything }),
  AppDatapointsMessage: appEvent('s2c_noti', fields),
  AppOnlineMessage: appEvent('s2c_online_status', fields),
  AppBindingMessage: appEvent('s2c_binding_changed', fields),
  AppRawMessage: appEvent('s2c_raw', buffer),
  AppCommandDone: open({ payload: anything, did: text, gizwits: ref('AppCallMetadata') }),
  AppEventsOutput: either(
    ref('AppDatapointsMessage'),
    ref('AppOnlineMessage'),
    ref('AppBindingMessage'),
    ref('AppRawMessage'),
    ref('AppCommandDone'),
  ),
} as const;

function appEvent(event: string, payload: object): object {
  return open({
    topic: text,
    payload,
    did: text,
    'mac?': text,
    gizwits: narrowed(ref('AppEventMetadata'), { event: only(event) }),
  });
}
