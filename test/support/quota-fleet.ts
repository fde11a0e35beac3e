import type { Lane } from '../../src/cloud/catalogue';
import type { CloudError } from '../../src/cloud/errors';
import { Governor, type Ticket } from '../../src/cloud/governor';
import { silentLogger } from '../../src/cloud/logger';
import type { RateLimit } from '../../src/cloud/rate-limit-headers';
import type { OriginQueue, Queued } from '../../src/cloud/turn-queue';
import { EventClock } from './event-clock';

const HOUR_MS = 3_600_000;
/** How far into an hour of its own the cloud is when a simulation begins. */
const OFFSET_MS = 1_234_000;
/** Reads that a greedy runtime always has waiting, as a poller of many devices has. */
const GREEDY_READS = 3;

/** What a runtime wants of the cloud. */
export interface Load {
  /** Reads an hour at random times, or always the next one. */
  reads: number | 'greedy';
  /** Commands an hour, at random times. */
  commands: number;
}

export interface FleetSettings {
  loads: readonly Load[];
  /** Hours of the cloud: the one that has begun already, and whole ones after it. */
  hours: number;
  seed: number;
  /** Whether the answer to a login tells of the quota. */
  loginTells?: boolean;
}

/** What one runtime has seen in one hour of the cloud. */
export interface Tally {
  reads: number;
  readsFailed: number;
  commandsFailed: number;
  /** Milliseconds from a command's start to its answer. */
  commandWaits: number[];
}

/** The cloud's side: fixed hours, one counter for all, headers with each answer. */
class Cloud {
  calls = 0;
  refused = 0;
  private used = 0;
  private window = 0;

  constructor(
    private readonly clock: EventClock,
    private readonly limit = 3600,
  ) {}

  /** Hours since the beginning, the one that had begun already being 0. */
  get hour(): number {
    return Math.floor((this.clock.mono() + OFFSET_MS) / HOUR_MS);
  }

  /** Takes a call. Returns whether there was quota, and what is left of it. */
  take(): { ok: boolean; remaining: number } {
    if (this.hour !== this.window) {
      this.window = this.hour;
      this.used = 0;
    }
    this.calls++;
    const ok = this.used < this.limit;
    if (ok) this.used++;
    else this.refused++;
    return { ok, remaining: this.limit - this.used };
  }

  rate(remaining: number): RateLimit {
    const resetInMs = (this.hour + 1) * HOUR_MS - OFFSET_MS - this.clock.mono();
    // Told in whole seconds.
    return { limit: this.limit, remaining, resetInMs: Math.max(1, Math.round(resetInMs / 1000) * 1000) };
  }
}

class Call implements Ticket {
  queuePrevious: Queued | undefined;
  queueNext: Queued | undefined;
  queueOrigin: OriginQueue | undefined;
  quotaNumber = 0;
  blockedBefore = 0;
  arrivalPrevious: Ticket | undefined;
  arrivalNext: Ticket | undefined;

  constructor(
    private readonly runtime: Runtime,
    readonly lane: Lane,
    readonly origin: string,
    private readonly ended: (error: CloudError | undefined) => void,
    private readonly tells = true,
  ) {}

  granted(): void {
    const { clock, cloud } = this.runtime;
    clock.setTimeout(() => this.answer(cloud.take()), this.runtime.delayMs());
  }

  refused(error: CloudError): void {
    this.ended(error);
  }

  waiting(): void {
    // The simulation only counts ends.
  }

  private answer({ ok, remaining }: { ok: boolean; remaining: number }): void {
    const { clock, cloud, governor } = this.runtime;
    clock.setTimeout(() => {
      governor.finish(this, ok ? 'answered' : 'over-quota', this.tells ? cloud.rate(remaining) : undefined);
      if (ok) this.ended(undefined);
      // As a call does: it waits for the gate as far as its class may.
      else governor.submit(this, true);
    }, this.runtime.delayMs());
  }
}

/** One Node-RED: its own governor, which knows of the others by the cloud's headers alone. */
export class Runtime {
  readonly governor: Governor;
  /** By hour of the cloud. */
  readonly tallies: Tally[] = [];

  constructor(
    readonly clock: EventClock,
    readonly cloud: Cloud,
    readonly load: Load,
  ) {
    const settings = { concurrency: 10, queue: 10_000, maxWaitMs: 60_000 };
    this.governor = new Governor(clock, settings, 'cloud.test', silentLogger);
  }

  get isGreedy(): boolean {
    return this.load.reads === 'greedy';
  }

  /** Time of a request or of an answer on its way. */
  delayMs(): number {
    return 20 + this.clock.random() * 60;
  }

  /** Logs in, as a runtime does before its first call, and goes to work. */
  start(loginTells: boolean): void {
    this.governor.submit(new Call(this, 'control', '', () => this.work(), loginTells));
  }

  private work(): void {
    const { reads, commands } = this.load;
    if (reads === 'greedy') for (let index = 0; index < GREEDY_READS; index++) this.readOn();
    else this.atRandom(reads, () => this.read(() => undefined));
    this.atRandom(commands, () => this.command());
  }

  private atRandom(perHour: number, act: () => void): void {
    if (perHour === 0) return;
    this.clock.setTimeout(
      () => {
        act();
        this.atRandom(perHour, act);
      },
      -Math.log(1 - this.clock.random()) * (HOUR_MS / perHour),
    );
  }

  /** One read after the other; when one is refused, the next comes some seconds later. */
  private readOn(): void {
    this.read((error) => {
      if (error) this.clock.setTimeout(() => this.readOn(), 10_000 + this.clock.random() * 20_000);
      else this.readOn();
    });
  }

  private read(then: (error: CloudError | undefined) => void): void {
    const call = new Call(this, 'read', 'reads', (error) => {
      if (error) this.tally.readsFailed++;
      else this.tally.reads++;
      then(error);
    });
    this.governor.submit(call);
  }

  private command(): void {
    const begun = this.clock.mono();
    const call = new Call(this, 'control', 'commands', (error) => {
      if (error) this.tally.commandsFailed++;
      else this.tally.commandWaits.push(this.clock.mono() - begun);
    });
    this.governor.submit(call);
  }

  private get tally(): Tally {
    const { hour } = this.cloud;
    this.tallies[hour] ??= { reads: 0, readsFailed: 0, commandsFailed: 0, commandWaits: [] };
    return this.tallies[hour];
  }
}

/** What a simulation has shown. */
export interface FleetResult {
  runtimes: readonly Runtime[];
  /** Calls that reached the cloud. */
  calls: number;
  /** Those of them that it refused with 5013. */
  refused: number;
}

/**
 * Lets a fleet of runtimes, started within one minute, work on one quota of 3600 calls an hour, in virtual time. The
 * same seed gives the same result.
 */
export function simulateFleet({ loads, hours, seed, loginTells = true }: FleetSettings): FleetResult {
  const clock = new EventClock(seed);
  const cloud = new Cloud(clock);
  const runtimes = loads.map((load) => new Runtime(clock, cloud, load));
  for (const runtime of runtimes) clock.setTimeout(() => runtime.start(loginTells), clock.random() * 60_000);
  clock.run(hours * HOUR_MS - OFFSET_MS - 1);
  for (const { governor } of runtimes) governor.stop();
  return { runtimes, calls: cloud.calls, refused: cloud.refused };
}

/** Jain's index: 1 when all are equal, 1/n when one has everything. */
export function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 1 : sum ** 2 / (shares.length * squares);
}
