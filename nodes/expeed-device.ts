import type { Node, NodeAPI, NodeDef } from 'node-red';
import { accepts } from '../src/cloud/catalogue';
import { systemClock } from '../src/cloud/clock';
import { badInput } from '../src/cloud/errors';
import { excerpt } from '../src/cloud/input';
import { parseOptionalTime } from '../src/cloud/times';
import type { CallOptions, ExpeedAccount } from '../src/expeed/account';
import type { DeviceAddress } from '../src/expeed/device-calls';
import type { PlatformNode } from './expeed-platform';
import { handleInputs, type Input } from './shared/input';
import { linkPlatform } from './shared/platform';
import { outputMode, RecordSender } from './shared/record-sender';
import { registerNode } from './shared/register';
import { setStatusKey } from './shared/texts';
import { type TypedField, typedField } from './shared/typed-fields';
import { choiceOf, countOf, listOf, secondsOf } from './shared/values';

type Operation = 'status' | 'current' | 'history' | 'set';

interface DeviceDef extends NodeDef {
  platform?: string;
  operation?: Operation;
  deviceId?: string;
  deviceIdType?: string;
  deviceKey?: string;
  deviceKeyType?: string;
  ids?: unknown;
  idsType?: string;
  start?: string;
  startType?: string;
  end?: string;
  endType?: string;
  order?: string;
  limit?: number | string;
  limitType?: string;
  output?: string;
  value?: unknown;
  valueType?: string;
  waitSeconds?: number | string;
  waitSecondsType?: string;
}

/** What the API gives when nothing is asked for (seed 004). */
const DEFAULT_LIMIT = 100;
const LONGEST_WAIT_S = 3600;

/** One input on its way: what every operation needs. */
interface Job {
  input: Input;
  platform: PlatformNode;
  account: ExpeedAccount;
  device: DeviceAddress;
  options: CallOptions;
}

export default function register(RED: NodeAPI): void {
  function ExpeedDevice(this: Node, config: DeviceDef): void {
    RED.nodes.createNode(this, config);
    // Only who deploys such a node loads them.
    const { currentDatapoints, deviceStatus, setDatapoints } =
      require('../src/expeed/device-calls') as typeof import('../src/expeed/device-calls');
    const { history } = require('../src/expeed/history') as typeof import('../src/expeed/history');
    const { noResult } = require('../src/expeed/setting-results') as typeof import('../src/expeed/setting-results');
    const link = linkPlatform(RED, this, config.platform);
    const operation = config.operation ?? 'status';
    const fields = {
      deviceId: typedField(config, 'deviceId', { value: 'deviceId', type: 'msg' }),
      deviceKey: typedField(config, 'deviceKey', { value: 'deviceKey', type: 'msg' }),
      ids: typedField(config, 'ids', { value: '[]', type: 'json' }),
      start: typedField(config, 'start', { value: '', type: 'str' }),
      end: typedField(config, 'end', { value: '', type: 'str' }),
      limit: typedField(config, 'limit', { value: DEFAULT_LIMIT, type: 'num' }),
      value: typedField(config, 'value', { value: 'payload', type: 'msg' }),
      waitSeconds: typedField(config, 'waitSeconds', { value: 0, type: 'num' }),
    } satisfies Record<string, TypedField>;

    /** One message out: the result, and what the next node needs. */
    const answer = ({ input, device }: Job, payload: unknown): void => {
      Object.assign(input.msg, { payload, ...idsOf(device), expeed: input.metadata.object() });
      input.send(input.msg);
    };

    const operations: Record<Operation, (job: Job) => Promise<void>> = {
      async status(job) {
        const { result, meta } = await deviceStatus(job.account, job.device, job.options);
        job.input.metadata.add(meta);
        answer(job, result);
        job.input.status.succeeded();
      },

      async current(job) {
        const { input, account, device, options, platform } = job;
        const ids = listOf(fields.ids, await input.read(fields.ids));
        const { result, meta } = await currentDatapoints(account, device, ids, platform.timestamps(), options);
        input.metadata.add(meta);
        answer(job, result);
        input.status.succeeded();
      },

      async history({ input, account, device, options, platform }) {
        const now = systemClock.now();
        const startMs = parseOptionalTime(await input.read(fields.start), 'start', systemClock);
        const endMs = parseOptionalTime(await input.read(fields.end), 'end', systemClock);
        if (startMs === undefined && endMs !== undefined)
          throw badInput('together', { field: 'end', accepted: 'start' });
        const query = {
          ...device,
          ids: listOf(fields.ids, await input.read(fields.ids)),
          startMs,
          endMs: startMs === undefined ? undefined : (endMs ?? now),
          order: choiceOf('order', config.order, ['desc', 'asc']),
          limit: countOf(fields.limit, await input.read(fields.limit), { fallback: DEFAULT_LIMIT, min: 0 }),
        };
        if (query.startMs !== undefined && query.startMs > (query.endMs as number)) {
          const given = [query.startMs, query.endMs].map((ms) => platform.timestamps().iso(ms as number)).join(', ');
          throw badInput('order', {
            field: 'start, end',
            given,
            accepted: accepts('ordered', { start: 'start', end: 'end' }),
          });
        }
        const ids = idsOf(device);
        const sender = new RecordSender(RED, input.msg, input.send, outputMode(config.output), undefined, 'expeed');
        let truncated = false;
        try {
          for await (const page of history(account, query, platform.timestamps(), options)) {
            input.metadata.add(page.meta);
            truncated = page.truncated === true;
            await sender.page(page.records, { ...ids, expeed: input.metadata.object({ page: page.page }) });
            input.status.progress(sender.count);
          }
        } catch (error) {
          sender.abandon();
          throw error;
        }
        sender.end({ ...ids, expeed: input.metadata.object(truncated ? { truncated } : undefined) });
        input.status.succeeded('found', { count: sender.count });
      },

      async set(job) {
        const { input, account, device, options, platform } = job;
        const waitMs = secondsOf(fields.waitSeconds, await input.read(fields.waitSeconds), {
          fallback: 0,
          min: 0,
          max: LONGEST_WAIT_S,
        });
        const value = await input.read(fields.value);
        const sentAt = systemClock.mono();
        const { result, meta } = await setDatapoints(account, device, value, input.arrivedAt, options);
        input.metadata.add(meta);
        if (waitMs === 0) {
          answer(job, result);
          input.status.succeeded('accepted');
          return;
        }
        if (result.messageId === null) throw noResult();
        input.status.report('blue', 'dot', setStatusKey('expeed-device', 'waiting'));
        const success = await platform.results.wait(result.messageId, sentAt, waitMs, input.signal);
        answer(job, { ...result, success });
        if (success) input.status.succeeded();
        else input.status.partly(0, 1);
      },
    };

    const status = handleInputs(RED, this, {
      property: 'expeed',
      describe: () => ({ operation }),
      close: link.leave,
      work: async (input) => {
        if (!Object.hasOwn(operations, operation)) {
          const accepted = Object.keys(operations).join(' | ');
          throw badInput('value', { field: 'operation', given: excerpt(operation), accepted });
        }
        const device = { deviceId: await input.read(fields.deviceId), deviceKey: await input.read(fields.deviceKey) };
        const platform = link.need();
        const account = await platform.account();
        await operations[operation]({
          input,
          platform,
          account,
          device,
          options: {
            origin: this.id,
            signal: input.signal,
            onWait: (wait) => input.status.waiting(wait.reason, wait.ms),
          },
        });
      },
    });
    if (link.platform) status.ready();
    else status.unusable();
  }

  registerNode(RED, 'expeed-device', ExpeedDevice);
}

/** Ids for the next node, as text whatever they came as. */
function idsOf({ deviceId, deviceKey }: DeviceAddress): { deviceId: string; deviceKey: string } {
  return { deviceId: String(deviceId), deviceKey: String(deviceKey) };
}
