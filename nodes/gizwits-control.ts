import type { Node, NodeAPI, NodeDef } from 'node-red';
import { accepts } from '../src/cloud/catalogue';
import { badInput, CloudError } from '../src/cloud/errors';
import { excerpt } from '../src/cloud/input';
import type { CallOptions } from '../src/gizwits/enterprise/account';
import type { Command } from '../src/gizwits/enterprise/control';
import type { DeviceReport, ProductClient } from '../src/gizwits/enterprise/product-client';
import { callOptions } from './shared/call-options';
import { asCloudError, handleInputs, type Input } from './shared/input';
import { mapLimit } from './shared/map-limit';
import { type ErrorMetadata, errorMetadata } from './shared/metadata';
import { linkProduct } from './shared/product';
import { PushCommands, pushVersion } from './shared/push-commands';
import { registerNode } from './shared/register';
import { device } from './shared/targets';
import { libraryText } from './shared/texts';
import { typedField } from './shared/typed-fields';
import { choiceOf, secondsOf, switchOf } from './shared/values';

interface AttrRow {
  name?: string;
  value?: unknown;
  valueType?: string;
}

interface ControlDef extends NodeDef {
  product?: string;
  targetBy?: string;
  target?: string;
  targetType?: string;
  mode?: string;
  value?: unknown;
  valueType?: string;
  attrs?: AttrRow[];
  encoding?: string;
  validate?: boolean | string;
  via?: string;
  /** Protocol of commands over push: `v2`, or `v1` and `v1-raw` of the older service. */
  pushVersion?: string;
  confirm?: boolean | string;
  confirmSeconds?: number | string;
  confirmSecondsType?: string;
  deadlineSeconds?: number | string;
  deadlineSecondsType?: string;
}

/** One line of the summary of many targets. */
interface TargetResult {
  did?: unknown;
  mac?: unknown;
  outcome?: Outcome['outcome'];
  error?: ErrorMetadata & { message: string };
}

type Outcome = { did: string; outcome: 'accepted' | 'reported'; attrs?: unknown; raw?: unknown };

/** One input's command on its way to its targets. */
interface Job {
  client: ProductClient;
  command: Command;
  /** Milliseconds to wait for the device's report; 0 for none. */
  confirmMs: number;
  input: Input;
  options: CallOptions;
  /** Set when commands go over the push connection. */
  push: PushCommands | undefined;
}

/** Commands of one message under way at once; the account's own limit and quota stand behind it. */
const COMMANDS_AT_ONCE = 50;

export default function register(RED: NodeAPI): void {
  function GizwitsControl(this: Node, config: ControlDef): void {
    RED.nodes.createNode(this, config);
    // Only who deploys such a node loads them.
    const { confirmAttrs } =
      require('../src/gizwits/enterprise/confirm') as typeof import('../src/gizwits/enterprise/confirm');
    const { prepareCommand } =
      require('../src/gizwits/enterprise/control') as typeof import('../src/gizwits/enterprise/control');
    const link = linkProduct(RED, this, config.product);
    const targetBy = config.targetBy ?? 'did';
    const target = typedField(config, 'target', { value: 'did', type: 'msg' });
    const value = typedField(config, 'value', { value: 'payload', type: 'msg' });
    const rows = (Array.isArray(config.attrs) ? config.attrs : []).filter((row) => row?.name);
    const rowFields = rows.map((row) => ({
      name: String(row.name),
      field: typedField({ [String(row.name)]: row.value, [`${row.name}Type`]: row.valueType }, String(row.name), {
        value: '',
        type: 'str',
      }),
    }));
    const deadlineSeconds = typedField(config, 'deadlineSeconds', { value: 10, type: 'num' });
    const confirmSeconds = typedField(config, 'confirmSeconds', { value: 10, type: 'num' });

    const status = handleInputs(RED, this, {
      describe: () => ({ operation: 'device.control', productKey: link.productKey }),
      close: link.leave,
      work: async (input) => {
        const mode = choiceOf('mode', config.mode, ['attrs', 'raw']);
        const via = choiceOf('via', config.via, ['api', 'push']);
        const given = await input.read(target);
        const wanted = await commandValue(input);
        const deadlineMs = secondsOf(deadlineSeconds, await input.read(deadlineSeconds), {
          fallback: 10,
          min: 0.1,
          max: 3600,
        });
        const confirmMs = switchOf('confirm', config.confirm, false)
          ? secondsOf(confirmSeconds, await input.read(confirmSeconds), { fallback: 10, min: 1, max: 3600 })
          : 0;
        const client = await link.client();
        input.metadata.set('productKey', client.productKey);
        const options = callOptions(this, input);
        options.expiresAt = input.arrivedAt + deadlineMs;
        const command = await prepareCommand(client, wanted, {
          mode,
          // Binary datapoints are hex, as the API has them; the choice of a coding is for raw data alone.
          encoding: mode === 'raw' ? choiceOf('encoding', config.encoding, ['hex', 'base64']) : 'hex',
          validate: switchOf('validate', config.validate, true),
          options,
        });
        const targets = await targetsOf(client, given, input, options);
        const push =
          via === 'push'
            ? new PushCommands(await link.push(), client, pushVersion(config.pushVersion), options)
            : undefined;
        const job: Job = { client, command, confirmMs, input, options, push };
        if (Array.isArray(targets)) await controlMany(targets, job);
        else await controlOne(targets.one, job);
      },
    });
    if (link.present) status.ready();
    else status.unusable();

    /** The rows of the form when there are any, else the value. */
    const commandValue = async (input: Input): Promise<unknown> => {
      if (config.mode === 'raw' || rowFields.length === 0) return input.read(value);
      // Without a prototype a row named `__proto__` is a name like any other, which the validation then refuses.
      const attrs: Record<string, unknown> = Object.create(null);
      for (const { name, field } of rowFields) attrs[name] = await input.read(field);
      return attrs;
    };

    /** One target, or the list of many: an array given, or the members of a group. */
    const targetsOf = async (
      client: ProductClient,
      given: unknown,
      input: Input,
      options: CallOptions,
    ): Promise<{ one: unknown } | unknown[]> => {
      if (targetBy === 'group') {
        if (given === undefined || given === null || given === '') {
          throw badInput('required', { field: target.name, accepted: accepts('id') });
        }
        const reply = input.metadata.add(await client.call('groups.members', { gid: given }, options));
        return (reply.body as { macs: unknown[] }).macs;
      }
      if (targetBy !== 'did' && targetBy !== 'mac') {
        throw badInput('value', { field: 'targetBy', given: excerpt(targetBy), accepted: 'did | mac | group' });
      }
      return Array.isArray(given) ? given : { one: given };
    };

    const send = async (given: unknown, job: Job, found?: (did: string) => void): Promise<Outcome> => {
      const { client, command, confirmMs, input, options, push } = job;
      const { did, mac } = await device(client, targetBy === 'did' ? 'did' : 'mac', target.name, given, input, options);
      found?.(did);
      const sentAt = client.serverNow();
      const early: DeviceReport[] = [];
      const confirms = confirmMs > 0 ? command.attrs : undefined;
      // A copy: the flow that is given the event may change it before it is compared.
      const keep = (report: DeviceReport): unknown => early.push(structuredClone(report));
      const stop = confirms ? client.onReport(did, keep) : undefined;
      try {
        input.metadata.add(
          push
            ? await push.send(did, mac ?? macOf(input.msg, did), command)
            : await client.control(did, command, options),
        );
      } finally {
        stop?.();
      }
      let outcome: Outcome['outcome'] = 'accepted';
      if (confirms) {
        const confirmation = { did, attrs: confirms, sentAt, withinMs: confirmMs, early };
        await confirmAttrs(client, confirmation, options, (meta) => input.metadata.add(meta));
        outcome = 'reported';
      }
      return command.attrs ? { did, outcome, attrs: command.attrs } : { did, outcome, raw: command.raw };
    };

    const controlOne = async (given: unknown, job: Job): Promise<void> => {
      const { input } = job;
      const result = await send(given, job, (did) => input.metadata.set('did', did));
      Object.assign(input.msg, { payload: result, did: result.did, gizwits: input.metadata.object() });
      if (targetBy === 'mac') input.msg.mac = given;
      input.send(input.msg);
      input.status.succeeded(result.outcome);
    };

    const controlMany = async (targets: unknown[], job: Job): Promise<void> => {
      const { input } = job;
      let ok = 0;
      let done = 0;
      const results = await mapLimit(targets, COMMANDS_AT_ONCE, async (given): Promise<TargetResult> => {
        const line: TargetResult = targetBy === 'did' ? { did: given } : { mac: given };
        try {
          const { outcome } = await send(given, job, (did) => {
            line.did = did;
          });
          ok++;
          return { ...line, outcome };
        } catch (thrown) {
          const error = asCloudError(thrown);
          input.metadata.addFailed(error);
          const text = libraryText(RED, error.textKey, error.textParams);
          return { ...line, error: { ...errorMetadata(error), message: text } };
        } finally {
          input.status.progress(++done);
        }
      });
      // A node that closes has not failed at single targets: the whole input ends as closed.
      if (input.signal.aborted) throw interrupted(results);
      const total = targets.length;
      Object.assign(input.msg, {
        payload: { total, ok, failed: total - ok, results },
        gizwits: input.metadata.object(),
      });
      input.send(input.msg);
      if (ok === total) input.status.succeeded('accepted');
      else input.status.partly(ok, total);
    };
  }

  registerNode(RED, 'gizwits-control', GizwitsControl);
}

/** The mac that the message carries, when it is that of the device: a message may still hold another device's ids. */
function macOf(msg: Input['msg'], did: string): unknown {
  return msg.did === undefined || msg.did === did ? msg.mac : undefined;
}

/** How an interrupted fan-out ends: as unknown when any of its commands may have been carried out. */
function interrupted(results: readonly TargetResult[]): CloudError {
  const begun = results.some((result) => !result.error || result.error.outcome === 'unknown');
  return begun
    ? new CloudError({ code: 'GIZ_OUTCOME_UNKNOWN', textKey: 'errors.outcomeUnknown', outcome: 'unknown' })
    : new CloudError({ code: 'GIZ_CLOSED', textKey: 'errors.closed', outcome: 'not-sent' });
}
