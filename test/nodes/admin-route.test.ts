import { EventEmitter, once } from 'node:events';
import type { NodeAPI } from 'node-red';
import should from 'should';
import { type Asked, adminRoute } from '../../nodes/shared/admin-route';
import { AnswerCache } from '../../nodes/shared/answer-cache';
import { RequestRate } from '../../nodes/shared/request-rate';
import { isForeign } from '../../nodes/shared/same-origin';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at as JSON
type Json = any;

const RED = { auth: { needsPermission: () => (_request: unknown, _response: unknown, next: () => void) => next() } };

/** What a route answers to a body. */
async function answer(work: (asked: Asked) => Promise<object>, deadlineMs?: number, body: object = {}): Promise<Json> {
  const response = new EventEmitter() as EventEmitter & { json(said: object): void };
  response.json = (said) => response.emit('said', said);
  const request = { is: () => 'application/json', headers: {}, ip: '127.0.0.1', body };
  const said = once(response, 'said');
  adminRoute(RED as unknown as NodeAPI, work, { deadlineMs })(request as never, response as never, () => undefined);
  return (await said)[0];
}

describe('a route that dialogs ask', () => {
  it('answers at its deadline, and tells the work to stop', async () => {
    let signal: AbortSignal | undefined;
    const { error } = await answer((asked) => {
      signal = asked.signal;
      return new Promise(() => undefined);
    }, 5);
    should(error).eql({ code: 'GIZ_TIMEOUT', text: { textKey: 'errors.lookup.late', textParams: { seconds: 0.005 } } });
    should(signal?.aborted).be.true();
  });

  it('gives no answer that was not meant for a dialog', async () => {
    const { error } = await answer(async () => ({ text: 'x'.repeat(1_000_001) }));
    should(error.code).equal('GIZ_BAD_RESPONSE');
  });

  it('answers whatever goes wrong', async () => {
    for (const wrong of [new Error('broken'), undefined, 'text']) {
      should((await answer(() => Promise.reject(wrong))).error.code).equal('GIZ_INTERNAL');
    }
    const thrown = await answer(() => {
      throw new Error('at once');
    });
    should(thrown.error.code).equal('GIZ_INTERNAL');
  });
});

describe('pages of other sites', () => {
  it('are told by what the browser says', () => {
    for (const site of ['cross-site', 'same-site']) should(isForeign({ 'sec-fetch-site': site })).be.true();
    for (const site of ['same-origin', 'none']) should(isForeign({ 'sec-fetch-site': site, origin: 'x' })).be.false();
  });

  it('are told by their origin where the browser does not say', () => {
    const origin = 'http://gateway:1880';
    should(isForeign({ host: 'gateway:1880' })).be.false();
    should(isForeign({ host: 'gateway:1880', origin })).be.false();
    should(isForeign({ host: 'gateway', origin })).be.false();
    should(isForeign({ host: '127.0.0.1:1880', 'x-forwarded-host': 'gateway:1880', origin })).be.false();
    should(isForeign({ host: '127.0.0.1:1880', origin })).be.true();
    should(isForeign({ host: 'gateway:1880', origin: 'http://gateway:8080' })).be.true();
    should(isForeign({ host: 'gateway:1880', origin: 'null' })).be.true();
    should(isForeign({ origin })).be.true();
  });
});

describe('the rate of requests', () => {
  it('is counted for each address, by the minute', () => {
    let now = 0;
    const rate = new RequestRate(2, () => now);
    should(['a', 'a', 'a', 'b'].map((address) => rate.admits(address))).eql([true, true, false, true]);
    now = 59_999;
    should(rate.admits('a')).be.false();
    now = 60_000;
    should(rate.admits('a')).be.true();
  });

  it('does not remember addresses without end', () => {
    const rate = new RequestRate(1, () => 0);
    for (let address = 0; address < 1000; address++) rate.admits(String(address));
    should(rate.admits('0')).be.true();
  });
});

describe('answers that are kept', () => {
  const owner = {};
  let now = 0;
  let asks = 0;
  const cache = new AnswerCache(() => now);
  const ask = async (): Promise<{ asks: number }> => ({ asks: ++asks });

  beforeEach(() => {
    now += 100_000;
    asks = 0;
  });

  it('serve others for half a minute, each for its owner and its question', async () => {
    const both = await Promise.all([cache.get(owner, 'q', false, ask), cache.get(owner, 'q', false, ask)]);
    should(both).eql([{ asks: 1 }, { asks: 1 }]);
    now += 29_999;
    should(await cache.get(owner, 'q', false, ask)).eql({ asks: 1 });
    should(await cache.get(owner, 'other', false, ask)).eql({ asks: 2 });
    should(await cache.get({}, 'q', false, ask)).eql({ asks: 3 });
    now += 1;
    should(await cache.get(owner, 'q', false, ask)).eql({ asks: 4 });
    should(await cache.get(owner, 'q', true, ask)).eql({ asks: 5 });
  });

  it('are no failures', async () => {
    const fail = (): Promise<object> => Promise.reject(new Error('away'));
    await should(cache.get(owner, 'q', false, fail)).be.rejectedWith('away');
    should(await cache.get(owner, 'q', false, ask)).eql({ asks: 1 });
  });

  it('are few', async () => {
    for (let question = 0; question < 51; question++) await cache.get(owner, String(question), false, ask);
    should(await cache.get(owner, '50', false, ask)).eql({ asks: 51 });
    should(await cache.get(owner, '0', false, ask)).eql({ asks: 52 });
  });
});
