import should from 'should';
import { CloudError } from '../../src/cloud/errors';
import { SettingResults } from '../../src/expeed/setting-results';
import { VirtualClock } from '../support/virtual-clock';

describe('Expeed: results of settings', () => {
  let clock: VirtualClock;
  let results: SettingResults;

  beforeEach(() => {
    clock = new VirtualClock();
    results = new SettingResults(clock);
  });

  it('joins a setting with the result that comes after it', async () => {
    const waiting = results.wait('m1', 0, 5000);
    results.arrived('m2', false);
    results.arrived('m1', true);
    should(await waiting).be.true();
    should(results.size).equal(0);
    should(clock.timers).equal(0);
  });

  it('joins a setting with a result that was faster than the answer of its call', async () => {
    const sentAt = clock.mono();
    await clock.advance(100);
    results.arrived('m1', false);
    await clock.advance(100);
    should(await results.wait('m1', sentAt, 5000)).be.false();
  });

  it('takes no result that is older than the setting', async () => {
    results.arrived('m1', true);
    await clock.advance(100);
    const waiting = results.wait('m1', clock.mono(), 1000).then(String, (error: CloudError) => error.code);
    await clock.advance(1000);
    should(await waiting).equal('GIZ_OUTCOME_UNKNOWN');
  });

  it('says that the outcome is unknown when no result comes', async () => {
    let error: CloudError | undefined;
    const waiting = results.wait('m1', 0, 3000).catch((caught: CloudError) => {
      error = caught;
    });
    await clock.advance(2999);
    should(error).be.undefined();
    await clock.advance(1);
    await waiting;
    should(error).be.instanceof(CloudError);
    should(error?.code).equal('GIZ_OUTCOME_UNKNOWN');
    should(error?.outcome).equal('unknown');
    should(results.size).equal(0);
  });

  it('ends the wait when its node closes', async () => {
    const closing = new AbortController();
    const waiting = results.wait('m1', 0, 3000, closing.signal).catch((error: CloudError) => error.code);
    closing.abort();
    should(await waiting).equal('GIZ_OUTCOME_UNKNOWN');
    should(clock.timers).equal(0);
    should(await results.wait('m1', 0, 3000, closing.signal).catch((error: CloudError) => error.code)).equal(
      'GIZ_OUTCOME_UNKNOWN',
    );
  });

  it('finds the setting whose long id was rounded on the way, unless two would fit', async () => {
    const first = results.wait('9007199254740993', 0, 1000);
    results.arrived('9007199254740992', true);
    should(await first).be.true();

    const sentAt = clock.mono();
    results.arrived('9007199254740992', false);
    should(await results.wait('9007199254740993', sentAt, 1000)).be.false();

    const both = ['1234567890123456789', '1234567890123456790'].map((id) =>
      results.wait(id, clock.mono(), 1000).catch((error: CloudError) => error.code),
    );
    results.arrived('1234567890123456800', true);
    await clock.advance(1000);
    should(await Promise.all(both)).eql(['GIZ_OUTCOME_UNKNOWN', 'GIZ_OUTCOME_UNKNOWN']);
  });

  it('keeps a bounded number of results that nobody waits for, for two minutes', async () => {
    for (let index = 0; index < 1500; index++) results.arrived(`m${index}`, true);
    const lost = results.wait('m0', 0, 10).catch((error: CloudError) => error.code);
    await clock.advance(10);
    should(await lost).equal('GIZ_OUTCOME_UNKNOWN');
    should(await results.wait('m1499', 0, 10)).be.true();
    await clock.advance(121_000);
    results.arrived('new', true);
    const old = results.wait('m1400', 0, 10).catch((error: CloudError) => error.code);
    await clock.advance(10);
    should(await old).equal('GIZ_OUTCOME_UNKNOWN');
  });
});
