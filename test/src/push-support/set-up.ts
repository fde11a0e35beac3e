import type { Logger } from '../../../src/cloud/logger';
import { DeliveryRegistry } from '../../../src/gizwits/push/delivery-registry';
import { PushClient, type PushClientOptions } from '../../../src/gizwits/push/push-client';
import { VirtualClock } from '../../support/virtual-clock';
import { FakeBroker, PRODUCT } from './fake-broker';

/** A log that can be read. */
export class ReadableLog implements Logger {
  /** `warn push.events.lost` and the like. */
  readonly entries: string[] = [];
  readonly texts: string[] = [];

  info(text: string, textKey?: string): void {
    this.entries.push(`info ${textKey}`);
    this.texts.push(text);
  }

  warn(text: string, textKey?: string): void {
    this.entries.push(`warn ${textKey}`);
    this.texts.push(text);
  }
}

/** A client in virtual time, tied to a broker without sockets. */
export function setUp(options: Partial<PushClientOptions> = {}, seed = 1) {
  const clock = new VirtualClock(undefined, seed);
  const broker = new FakeBroker();
  const registry = new DeliveryRegistry(clock);
  const log = new ReadableLog();
  const make = (more: Partial<PushClientOptions> = {}): PushClient =>
    new PushClient({
      host: 'snoti.test',
      port: 2017,
      products: [PRODUCT],
      clock,
      registry,
      log,
      dial: broker.network.dial,
      ...options,
      ...more,
    });
  return { clock, broker, network: broker.network, registry, log, make, client: make() };
}
