import should from 'should';
import { QuotaShare } from '../../src/cloud/quota-share';
import { QuotaWindow } from '../../src/cloud/quota-window';
import { type FleetResult, jain, type Load, simulateFleet, type Tally } from '../support/quota-fleet';
import { VirtualClock } from '../support/virtual-clock';

const SEED = 20_260_105;
const HOURS = 4;
/** Commands of the whole fleet an hour: fewer than the tenth that is kept for them. */
const COMMANDS = 300;

/** Loads of a fleet of n. The light ones together ask for a third of the quota at most. */
const LOADS: Record<string, (n: number) => Load[]> = {
  'all greedy': (n) => fleet(n, () => 'greedy'),
  'half greedy': (n) => fleet(n, (index) => (index % 2 === 0 ? 'greedy' : 1200 / n)),
  'one greedy': (n) => fleet(n, (index) => (index === 0 ? 'greedy' : 600 / n)),
  'all light': (n) => fleet(n, () => 1200 / n),
};

function fleet(n: number, reads: (index: number) => Load['reads']): Load[] {
  return Array.from({ length: n }, (_, index) => ({ reads: reads(index), commands: COMMANDS / n }));
}

/** A row of the table. Shares and failures are of each hour; the first is the one in which the fleet was started. */
interface Row {
  runtimes: number;
  loads: string;
  calls: number;
  refused: number;
  refusedPercent: number;
  jain: number[];
  lightAnswered: number[];
  commandP99: number;
  commandsFailed: number;
}

const rows: Row[] = [];

function rowOf(n: number, loads: string, { runtimes, calls, refused }: FleetResult): Row {
  const hours = [...Array(HOURS).keys()];
  const greedy = runtimes.filter(({ isGreedy }) => isGreedy);
  const light = runtimes.filter(({ isGreedy }) => !isGreedy);
  const waits = runtimes.flatMap(({ tallies }) => tallies.flatMap((tally) => tally?.commandWaits ?? []));
  waits.sort((a, b) => a - b);
  const row = {
    ...{ runtimes: n, loads, calls, refused, refusedPercent: (100 * refused) / calls },
    jain: hours.map((hour) => jain(greedy.map(({ tallies }) => tallies[hour]?.reads ?? 0))),
    lightAnswered: hours.map((hour) => answered(light.map(({ tallies }) => tallies[hour]))),
    commandP99: waits[Math.floor(waits.length * 0.99)] ?? 0,
    commandsFailed: runtimes.reduce(
      (sum, { tallies }) => sum + tallies.reduce((failed, tally) => failed + (tally?.commandsFailed ?? 0), 0),
      0,
    ),
  };
  rows.push(row);
  return row;
}

/** Percentage of the reads that were answered. */
function answered(tallies: (Tally | undefined)[]): number {
  const ok = tallies.reduce((sum, tally) => sum + (tally?.reads ?? 0), 0);
  const failed = tallies.reduce((sum, tally) => sum + (tally?.readsFailed ?? 0), 0);
  return ok + failed === 0 ? 100 : (100 * ok) / (ok + failed);
}

function print(): void {
  const two = (numbers: number[]): string => numbers.map((number) => number.toFixed(2)).join(' ');
  const whole = (numbers: number[]): string => numbers.map((number) => number.toFixed(0).padStart(3)).join(' ');
  const header = ['runtimes', 'loads', 'calls', '5013', '%', 'Jain by hour', 'light answered %', 'p99 ms', 'failed'];
  const cells = rows.map((row) => [
    ...[String(row.runtimes), row.loads, String(row.calls), String(row.refused), row.refusedPercent.toFixed(2)],
    ...[two(row.jain), whole(row.lightAnswered), row.commandP99.toFixed(0), String(row.commandsFailed)],
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const text = [header, ...cells].map((line) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '),
  );
  console.log(`\n      ${text.map((line) => line.trimEnd()).join('\n      ')}\n`);
}

describe('one quota, many runtimes that know of each other by its headers alone', function () {
  this.timeout(120_000);
  this.slow(30_000);
  after(print);

  for (const n of [1, 2, 10, 100]) {
    for (const [loads, make] of Object.entries(LOADS)) {
      if (n === 1 && loads !== 'all greedy') continue;
      it(`${n}, ${loads}: shared evenly, hardly ever refused, commands at once`, () => {
        const row = rowOf(n, loads, simulateFleet({ loads: make(n), hours: HOURS, seed: SEED + n }));
        row.refusedPercent.should.be.below(1);
        row.commandsFailed.should.equal(0);
        row.commandP99.should.be.below(1000);
        // In the hour of their start bursts are free, for who comes first.
        for (const index of row.jain.slice(1)) index.should.be.above(0.9);
        for (const percent of row.lightAnswered.slice(1)) percent.should.be.above(n === 100 ? 70 : 90);
        // Alone or together, they use what is there.
        if (loads === 'all greedy') (row.calls / (HOURS - 0.5)).should.be.above(0.85 * 3600);
      });
    }
  }

  it('100, all greedy, where a login tells nothing of the quota', () => {
    const settings = { loads: fleet(100, () => 'greedy'), hours: HOURS, seed: SEED, loginTells: false };
    const row = rowOf(100, 'all greedy, silent login', simulateFleet(settings));
    row.refusedPercent.should.be.below(1);
    for (const index of row.jain.slice(1)) index.should.be.above(0.9);
  });
});

describe('the part of the quota that is ours', () => {
  it('is all of it while nobody else uses it, whatever is on its way', () => {
    const share = new QuotaShare();
    share.sent(5);
    for (const used of [1, 3, 5]) share.told(used);
    should([share.part, share.others]).deepEqual([1, 0]);
  });

  it('does not count what was used before we came', () => {
    const share = new QuotaShare();
    share.sent(1);
    share.told(2000);
    share.sent(1);
    share.told(2001);
    should([share.part, share.others]).deepEqual([1, 0]);
    share.told(2100);
    should([share.part, share.others]).deepEqual([3 / 102, 99]);
  });

  it('counts a window that begins while we look from its first call', () => {
    const share = new QuotaShare();
    share.sent(1);
    share.told(2000);
    share.begin(1);
    share.told(100);
    should(share.part).equal(2 / 101);
  });
});

describe('a window of the quota', () => {
  const HOUR_MS = 3_600_000;

  /** Uses a window: our calls and the others', evenly, until so many are used in all. */
  async function use(window: QuotaWindow, clock: VirtualClock, ours: number, all: number): Promise<void> {
    const endsAt = Math.ceil((clock.mono() + 1) / HOUR_MS) * HOUR_MS;
    for (let index = 1; index <= ours; index++) {
      const resetInMs = endsAt - clock.mono();
      window.end(window.begin(false), { limit: 3600, remaining: 3600 - Math.round((all * index) / ours), resetInMs });
      clock.jumpMono(Math.floor((endsAt - clock.mono()) / (ours - index + 2)));
    }
    clock.jumpMono(endsAt - clock.mono() + 2000);
  }

  /** Reads that may go at once in a window of which little is used. */
  function burst(window: QuotaWindow, clock: VirtualClock, used: number): number {
    const resetInMs = HOUR_MS - (clock.mono() % HOUR_MS);
    window.end(window.begin(true), { limit: 3600, remaining: 3600 - used, resetInMs });
    let reads = 0;
    while (reads < 3600 && window.othersWait(clock.mono()) === 0) {
      window.begin(true);
      reads++;
    }
    return reads;
  }

  for (const [name, ours, all, free] of [
    ['we used up alone', 3500, 3500, true],
    ['others used with us, but not up', 100, 1500, true],
    ['others used up with us', 1700, 3500, false],
    ['others used up almost alone', 100, 3500, false],
  ] as const) {
    it(`after one that ${name} ${free ? 'leaves bursts free' : 'is paced from its start'}`, async () => {
      const clock = new VirtualClock();
      const window = new QuotaWindow(clock, undefined);
      await use(window, clock, ours, all);
      const reads = burst(window, clock, 10);
      if (free) reads.should.be.above(2300);
      else reads.should.be.within(1, 6);
    });
  }
});
