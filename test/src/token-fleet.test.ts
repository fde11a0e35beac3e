import should from 'should';
import { type Reading, simulateTokens, type TokenFleetResult } from '../support/token-fleet';

const HOURS = 2;
const READS = 60;
const COMMANDS = 10;

const lines: string[] = [];

function percent({ ok, failed }: { ok: number; failed: number }): number {
  return (100 * ok) / (ok + failed);
}

async function simulate(reading: Reading, runtimes: number): Promise<TokenFleetResult> {
  const load = { readsPerHour: READS, commandsPerHour: COMMANDS };
  const result = await simulateTokens({ runtimes, reading, hours: HOURS, seed: 7, ...load });
  const { logins, requests, reads, commands, elsewhere } = result;
  const cells = [
    ...[reading, String(runtimes), (logins / runtimes / HOURS).toFixed(1), (requests / HOURS).toFixed(0)],
    ...[(runtimes * (READS + COMMANDS)).toFixed(0), percent(reads).toFixed(0), percent(commands).toFixed(0)],
    String(elsewhere),
  ];
  lines.push(
    cells
      .map((cell, column) => cell.padEnd(column === 0 ? 12 : 10))
      .join('')
      .trimEnd(),
  );
  return result;
}

/** What the cloud does with older tokens of a credential at a new login is not documented: both are gone through. */
describe(`many runtimes with one credential, each ${READS} reads and ${COMMANDS} commands an hour`, function () {
  this.timeout(120_000);
  this.slow(30_000);

  after(() => {
    const header = ['tokens', 'runtimes', 'logins/h', 'calls/h', 'of them', 'reads %', 'commands %', 'told of'];
    const text = header.map((cell, column) => cell.padEnd(column === 0 ? 12 : 10)).join('');
    console.log(`\n      ${[text.trimEnd(), ...lines].join('\n      ')}\n`);
  });

  for (const runtimes of [1, 2, 10, 50]) {
    it(`${runtimes}, where older tokens live on: one login each, and every call is answered`, async () => {
      const { logins, reads, commands, elsewhere } = await simulate('live on', runtimes);
      should([logins, reads.failed, commands.failed, elsewhere]).deepEqual([runtimes, 0, 0, 0]);
    });
  }

  for (const [runtimes, readsAnswered, commandsAnswered] of [
    [1, 100, 100],
    [2, 97, 75],
    [10, 60, 25],
    [50, 35, 15],
  ] as const) {
    it(`${runtimes}, where older tokens die: slower logins, said so, and no command twice`, async () => {
      const result = await simulate('die', runtimes);
      const { logins, reads, commands, elsewhere, carriedOut, loginsWithinAMinute } = result;
      // Each would log in with nearly every call otherwise.
      (logins / runtimes / HOURS).should.be.below(45);
      loginsWithinAMinute.should.be.belowOrEqual(runtimes === 1 ? 0 : 2);
      percent(reads).should.be.aboveOrEqual(readsAnswered);
      percent(commands).should.be.aboveOrEqual(commandsAnswered);
      should(carriedOut).equal(commands.ok);
      if (runtimes === 1) should(elsewhere).equal(0);
      else elsewhere.should.be.above(runtimes * 0.9);
    });
  }
});
