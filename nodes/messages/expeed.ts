import { anything, closed, either, list, numeric, only, open, ref, text, time, yesOrNo } from './forms';
import { listing } from './listing';

const expeed = ref('ExpeedCallMetadata');
const ids = { deviceId: text, deviceKey: text };
const pushed = { deviceId: text, 'deviceKey?': text, expeed: ref('PushMetadata') };

/** Messages of the nodes on Expeed. */
export const expeedMessages = {
  ExpeedDeviceInput: open({ deviceId: either(text, numeric), deviceKey: either(text, numeric), 'payload?': anything }),
  /** Datapoints of one instant: `time` and the values by their names. */
  ExpeedRecord: open({ time: either(time, { type: 'null' }) }),
  ExpeedStatus: open({ payload: closed({ online: yesOrNo, deviceStatus: numeric }), ...ids, expeed }),
  ExpeedCurrent: open({ payload: ref('ExpeedRecord'), ...ids, expeed }),
  ExpeedSetting: open({
    payload: closed({ messageId: either(text, { type: 'null' }), 'success?': yesOrNo }),
    ...ids,
    expeed,
  }),
  ...listing('ExpeedHistory', ref('ExpeedRecord'), { ...ids, expeed }),
  ExpeedDeviceOutput: either(
    ref('ExpeedStatus'),
    ref('ExpeedSetting'),
    ref('ExpeedCurrent'),
    ref('ExpeedHistoryOutput'),
  ),

  ExpeedStatusPush: open({ topic: only('status'), payload: closed({ online: yesOrNo }), ...pushed }),
  ExpeedDataPush: open({ topic: only('data'), payload: list(ref('ExpeedRecord')), ...pushed }),
  ExpeedResultPush: open({
    topic: only('result'),
    payload: closed({ messageId: text, success: yesOrNo }),
    ...pushed,
  }),
  ExpeedWebhookInOutput: either(ref('ExpeedStatusPush'), ref('ExpeedDataPush'), ref('ExpeedResultPush')),
} as const;
