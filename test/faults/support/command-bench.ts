import helper from 'node-red-node-test-helper';
import control from '../../../nodes/gizwits-control';
import { closeAccounts } from '../../../nodes/shared/open-account';
import type { Simulator } from '../../../src/simulator';
import {
  type Bench,
  configNodes,
  credentials,
  loadBench,
  type Message,
  startRuntime,
  stopRuntime,
} from '../../support/flows';
import type { Row } from './table';

/** The charging piles: one of their datapoints takes a number for every command, so that each can be told apart. */
const PRODUCT = 1;
const LEAST_VALUE = 10;
/** Values that `minutes_limit` takes are 10 to 1440. */
export const MOST_COMMANDS = 1400;

export type End = 'ok' | 'refused' | 'unknown' | 'not-sent';

/** How one input ended; the error's code when it failed. */
export interface Ending {
  end: End;
  code?: string;
}

/** Sums over one run, ready for the table, and what is behind them. */
export interface Tally extends Omit<Row, 'check' | 'fault'> {
  inputs: number;
  ok: number;
  refused: number;
  unknown: number;
  notSent: number;
  executed: number;
  lost: number;
  doubled: number;
  /** Endings by command. */
  endings: Map<number, Ending[]>;
  /** Codes of the errors, with how often each came. */
  codes: Record<string, number>;
}

export interface CommandBenchOptions {
  simulator: Simulator;
  /** Fields over those of the control node and of the enterprise node. */
  node?: Record<string, unknown>;
  enterprise?: Record<string, unknown>;
}

/** Real control node, real sockets, and the cloud's own list of executed commands as the judge. */
export class CommandBench {
  private readonly endings = new Map<number, Ending[]>();
  private readonly executedBefore: number;
  private inputs = 0;
  private onEnding: (() => void) | undefined;

  private constructor(
    private readonly simulator: Simulator,
    readonly bench: Bench,
    private readonly dids: readonly string[],
  ) {
    this.executedBefore = simulator.executed.length;
    helper.getNode('end').on('input', (msg: Message) => this.ended(msg, { end: 'ok' }));
    helper.getNode('error').on('input', (msg: Message) => {
      this.ended(msg, { end: msg.gizwits.error.outcome, code: msg.error.code });
    });
  }

  /** Loads the flow; the token and the product's definition are fetched before the first fault. */
  static async load({ simulator, node = {}, enterprise = {} }: CommandBenchOptions): Promise<CommandBench> {
    simulator.faults.setQuota({ limit: 1_000_000, remaining: 1_000_000, resetSeconds: 3600 });
    const { productKey } = simulator.products[PRODUCT] as Simulator['products'][number];
    const devices = simulator.world.devicesOf(productKey).slice(0, 60);
    for (const device of devices) simulator.world.setPresence(device, 'online');
    await startRuntime();
    const bench = await loadBench(
      control,
      { type: 'gizwits-control', ...node },
      configNodes(simulator, PRODUCT, { timeout: '10', concurrency: '50', ...enterprise }),
      credentials(simulator, PRODUCT),
    );
    const dids = devices.map(({ did }) => did);
    await bench.run({ payload: { minutes_limit: 1440 }, did: dids[0], warmUp: true });
    return new CommandBench(simulator, bench, dids);
  }

  /** Feeds one command in. */
  send(): void {
    const number = this.inputs++;
    const did = this.dids[number % this.dids.length];
    helper.getNode('n').receive({ number, did, payload: { minutes_limit: LEAST_VALUE + number } } as never);
  }

  /** Feeds many in, with a pause after each few: a burst would only fill the queue. */
  async sendAll(count: number, pause: (number: number) => number = () => 0): Promise<void> {
    for (let number = 0; number < count; number++) {
      this.send();
      const ms = pause(number);
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }

  /** Waits until every input has ended, and a little longer, for those that would end twice. */
  async allEnded(withinMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.onEnding = () => {
        if (this.endings.size < this.inputs) return;
        clearTimeout(timer);
        resolve();
      };
      this.onEnding();
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
  }

  tally(): Tally {
    const executions = new Map<number, number>();
    for (const { attrs } of this.simulator.executed.slice(this.executedBefore)) {
      const number = Number(attrs?.minutes_limit) - LEAST_VALUE;
      executions.set(number, (executions.get(number) ?? 0) + 1);
    }
    const ends: Record<End, number> = { ok: 0, refused: 0, unknown: 0, 'not-sent': 0 };
    const codes: Record<string, number> = {};
    let lost = 0;
    let doubled = 0;
    for (let number = 0; number < this.inputs; number++) {
      const endings = this.endings.get(number) ?? [];
      const executed = executions.get(number) ?? 0;
      const [first] = endings;
      if (!first || (first.end === 'ok' && executed === 0)) lost++;
      // What is said not to have happened must not have happened: an author repeats it.
      const denied = first?.end === 'refused' || first?.end === 'not-sent';
      if (endings.length > 1 || executed > 1 || (denied && executed > 0)) doubled++;
      if (first) ends[first.end]++;
      if (first?.code) codes[first.code] = (codes[first.code] ?? 0) + 1;
    }
    let executed = 0;
    for (const times of executions.values()) executed += times;
    return {
      inputs: this.inputs,
      ok: ends.ok,
      refused: ends.refused,
      unknown: ends.unknown,
      notSent: ends['not-sent'],
      executed,
      lost,
      doubled,
      endings: this.endings,
      codes,
    };
  }

  /** Ends the flow and gives the account back at once. */
  async unload(): Promise<void> {
    this.simulator.faults.clear();
    await stopRuntime();
    await closeAccounts();
  }

  private ended(msg: Message, ending: Ending): void {
    if (msg.warmUp) return;
    const endings = this.endings.get(msg.number);
    if (endings) endings.push(ending);
    else this.endings.set(msg.number, [ending]);
    this.onEnding?.();
  }
}

/** The line of the table: numbers, and the codes as a note. */
export function rowOf(check: string, fault: string, tally: Tally): Row {
  const { endings: _endings, codes, ...numbers } = tally;
  const note = Object.entries(codes).map(([code, times]) => `${code} ×${times}`);
  return { check, fault, ...numbers, note: note.join(', ') };
}
