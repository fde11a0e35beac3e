import type { Node, NodeAPI, NodeDef } from 'node-red';
import { accepts } from '../src/cloud/catalogue';
import { badInput, type CloudError } from '../src/cloud/errors';
import type { CallOptions } from '../src/gizwits/enterprise/account';
import type { ProductClient } from '../src/gizwits/enterprise/product-client';
import { callOptions } from './shared/call-options';
import { asCloudError, handleInputs, type Input } from './shared/input';
import { mapLimit } from './shared/map-limit';
import { linkProduct } from './shared/product';
import { registerNode } from './shared/register';
import { libraryText } from './shared/texts';
import { typedField } from './shared/typed-fields';
import { secondsOf, switchOf } from './shared/values';

interface GetDidDef extends NodeDef {
  product?: string;
  mac?: string;
  macType?: string;
  detail?: boolean | string;
  passcode?: boolean | string;
  cacheSeconds?: number | string;
  cacheSecondsType?: string;
}

/** Look-ups of one message under way at once; the account's own limit stands behind it. */
const LOOKUPS_AT_ONCE = 50;

type Result = Record<string, unknown> & { mac: unknown };

export default function register(RED: NodeAPI): void {
  function GizwitsGetDid(this: Node, config: GetDidDef): void {
    RED.nodes.createNode(this, config);
    const link = linkProduct(RED, this, config.product);
    const mac = typedField(config, 'mac', { value: 'payload', type: 'msg' });
    const cacheSeconds = typedField(config, 'cacheSeconds', { value: 3600, type: 'num' });

    const wants = () => ({
      detail: switchOf('detail', config.detail, false),
      passcode: switchOf('passcode', config.passcode, false),
    });

    const status = handleInputs(RED, this, {
      describe: () => ({ operation: wants().detail ? 'device.detail' : 'device.did', productKey: link.productKey }),
      close: link.leave,
      work: async (input) => {
        const wanted = await input.read(mac);
        const cacheMs = secondsOf(cacheSeconds, await input.read(cacheSeconds), {
          fallback: 3600,
          min: 0,
          max: 31_536_000,
        });
        const client = await link.client();
        input.metadata.set('productKey', client.productKey);
        const options = callOptions(this, input);
        if (Array.isArray(wanted)) await lookUpAll(client, wanted, cacheMs, input, options);
        else await lookUpOne(client, wanted, cacheMs, input, options);
      },
    });
    if (link.present) status.ready();
    else status.unusable();

    const lookUp = async (
      client: ProductClient,
      given: unknown,
      cacheMs: number,
      input: Input,
      options: CallOptions,
    ): Promise<Result> => {
      if (given === undefined || given === null || given === '') {
        throw badInput('required', { field: mac.name, accepted: accepts('mac') });
      }
      const { detail, passcode } = wants();
      const result: Result = { mac: given, did: undefined };
      if (!detail || passcode) {
        const found = await client.device(given, options, { cacheMs, passcode });
        if (found.meta) input.metadata.add(found.meta);
        result.did = found.did;
        if (passcode) result.passcode = found.passcode;
      }
      if (detail) {
        // Online state is of the moment: it is never taken from the cache.
        const reply = input.metadata.add(await client.call('device.detail', { mac: given }, options));
        const { did, is_online, is_disabled, type } = reply.body as Record<string, unknown>;
        Object.assign(result, { did, is_online, is_disabled, type });
      }
      return result;
    };

    const lookUpOne = async (
      client: ProductClient,
      given: unknown,
      cacheMs: number,
      input: Input,
      options: CallOptions,
    ): Promise<void> => {
      const result = await lookUp(client, given, cacheMs, input, options);
      input.metadata.set('did', result.did);
      const { msg } = input;
      msg.payload = result;
      msg.did = result.did;
      msg.mac = result.mac;
      msg.gizwits = input.metadata.object();
      input.send(msg);
      input.status.succeeded();
    };

    const lookUpAll = async (
      client: ProductClient,
      given: readonly unknown[],
      cacheMs: number,
      input: Input,
      options: CallOptions,
    ): Promise<void> => {
      let firstError: CloudError | undefined;
      let failed = 0;
      let done = 0;
      const results = await mapLimit(given, LOOKUPS_AT_ONCE, async (one): Promise<Result> => {
        try {
          return await lookUp(client, one, cacheMs, input, options);
        } catch (thrown) {
          const error = asCloudError(thrown);
          input.metadata.addFailed(error);
          firstError ??= error;
          failed++;
          return { mac: one, error: { code: error.code, message: libraryText(RED, error.textKey, error.textParams) } };
        } finally {
          done++;
          if (done % LOOKUPS_AT_ONCE === 0) input.status.progress(done);
        }
      });
      if (firstError && failed === given.length) throw firstError;
      Object.assign(input.msg, {
        payload: results,
        did: results.map((result) => result.did ?? null),
        gizwits: input.metadata.object(),
      });
      input.send(input.msg);
      if (failed > 0) input.status.partly(given.length - failed, given.length);
      else input.status.succeeded('found', { count: given.length });
    };
  }

  registerNode(RED, 'gizwits-get-did', GizwitsGetDid);
}
