import { type CallMeta, withCallMeta } from '../../src/cloud/call-types';
import type { CallOptions } from '../../src/gizwits/enterprise/account';
import type { Command } from '../../src/gizwits/enterprise/control';
import type { ProductClient } from '../../src/gizwits/enterprise/product-client';
import type { ControlVersion, RemoteCommand } from '../../src/gizwits/push/control-codec';
import type { PushClient } from '../../src/gizwits/push/push-client';
import type { ControlResult } from '../../src/gizwits/push/remote-control';

/** Reads the saved `pushVersion` of a node; an unknown word is the newer protocol. */
export function pushVersion(value: unknown): ControlVersion {
  return value === 'v1' || value === 'v1-raw' ? value : 'v2';
}

/**
 * The commands of one input over the push connection. Those for many devices that are ready in the same turn go out
 * together, as the protocol allows.
 */
export class PushCommands {
  private waiting: { command: RemoteCommand; resolve(result: ControlResult): void; reject(error: unknown): void }[] =
    [];

  constructor(
    private readonly push: PushClient,
    private readonly client: ProductClient,
    private readonly version: ControlVersion,
    private readonly options: CallOptions,
  ) {}

  /**
   * Sends one command. The mac is that of the message when it belongs to the device, else known or looked up.
   * @throws CloudError
   */
  async send(did: string, mac: unknown, command: Command): Promise<CallMeta> {
    const begun = this.client.account.clock.mono();
    const known = typeof mac === 'string' && mac !== '' ? { mac } : await this.client.macOf(did, this.options);
    const looked = 'meta' in known ? known.meta : undefined;
    const result = await this.enqueue({
      did,
      mac: known.mac,
      productKey: this.client.productKey,
      ...(command.attrs ? { attrs: command.attrs as RemoteCommand['attrs'], binary: this.binaryNames() } : {}),
      ...(command.raw ? { raw: Uint8Array.from(command.raw) } : {}),
    });
    const sent = 'error' in result && result.error.outcome === 'not-sent' ? 0 : 1;
    const meta = {
      statusCode: looked?.statusCode ?? 0,
      attempts: sent + (looked?.attempts ?? 0),
      waitedMs: looked?.waitedMs ?? 0,
      elapsedMs: this.client.account.clock.mono() - begun,
    };
    if ('error' in result) throw withCallMeta(result.error, meta);
    return meta;
  }

  private enqueue(command: RemoteCommand): Promise<ControlResult> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) setImmediate(() => void this.flush());
      this.waiting.push({ command, resolve, reject });
    });
  }

  private async flush(): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    const { expiresAt, signal } = this.options;
    const deadlineMs = expiresAt === undefined ? undefined : expiresAt - this.client.account.clock.mono();
    try {
      const commands = batch.map(({ command }) => command);
      const results = await this.push.control(commands, { version: this.version, deadlineMs, signal });
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as ControlResult);
    } catch (error) {
      // Refused as a whole: nothing of it was sent.
      for (const { reject } of batch) reject(error);
    }
  }

  /** Names of the product's binaries, which only the old protocol writes differently from text. */
  private binaryNames(): string[] | undefined {
    if (this.version === 'v2') return undefined;
    const datapoints = this.client.knownSchema?.datapoints ?? [];
    return datapoints.filter(({ dataType }) => dataType === 'binary').map(({ name }) => name);
  }
}
