import should from 'should';
import { CloudError } from '../../src/cloud/errors';
import { ReconnectBackOff, RefusalPacing } from '../../src/gizwits/push/back-off';
import type { PushState } from '../../src/gizwits/push/client-state';
import { Heartbeat } from '../../src/gizwits/push/heartbeat';
import { record } from '../faults/support/table';
import { VirtualClock } from '../support/virtual-clock';
import { CollectingConsumer } from './push-support/collecting-consumer';
import { PRODUCT } from './push-support/fake-broker';
import type { FakeLink } from './push-support/fake-link';
import { setUp } from './push-support/set-up';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const OTHER = {
  ...PRODUCT,
  productKey: 'fedcba9876543210fedcba9876543210',
  authId: 'other-id',
  authSecret: 'other-secret',
};

function errorOf(state: PushState): CloudError | undefined {
  return 'error' in state ? state.error : undefined;
}

describe('push login', () => {
  it('asks for exactly what the consumers want, once they have gathered', async () => {
    const { clock, network, client } = setUp({ prefetch: 20 });
    client.attach(new CollectingConsumer({ id: 'a', events: ['device.online', 'device.status.kv'] }));
    await clock.advance(100);
    client.attach(new CollectingConsumer({ id: 'b', events: ['device.status.kv', 'device.attr_fault'] }));
    await clock.advance(150);
    network.links.length.should.equal(0);
    await clock.advance(100);
    network.last.sent('login_req').should.eql([
      {
        cmd: 'login_req',
        prefetch_count: 20,
        data: [
          {
            product_key: PRODUCT.productKey,
            auth_id: PRODUCT.authId,
            auth_secret: PRODUCT.authSecret,
            subkey: 'node_red',
            events: ['device.online', 'device.status.kv', 'device.attr_fault'],
          },
        ],
      },
    ]);
    client.state.kind.should.equal('connected');
    await client.close(0);
  });

  it('takes all 17 events when a consumer names none', async () => {
    const { clock, network, client } = setUp();
    client.attach(new CollectingConsumer());
    await clock.advance(SECOND);
    const [{ events }] = network.last.frames[0].data as { events: string[] }[];
    events.length.should.equal(17);
    await client.close(0);
  });

  it('refuses names of events and products that do not exist, and work after the close', async () => {
    const { client } = setUp();
    const bad = (make: () => unknown, code: string): void => {
      let thrown: unknown;
      try {
        make();
      } catch (error) {
        thrown = error;
      }
      should(thrown).be.instanceOf(CloudError);
      (thrown as CloudError).code.should.equal(code);
    };
    bad(() => client.attach(new CollectingConsumer({ events: ['device.onlin' as 'device.online'] })), 'GIZ_BAD_INPUT');
    bad(() => client.attach(new CollectingConsumer({ productKey: 'x' })), 'GIZ_BAD_INPUT');
    await client.close(0);
    bad(() => client.attach(new CollectingConsumer()), 'GIZ_CLOSED');
  });

  it('opens nothing while nobody needs it, and closes when nobody does any more', async () => {
    const { clock, network, client } = setUp();
    await clock.advance(MINUTE);
    network.links.length.should.equal(0);
    client.state.kind.should.equal('idle');
    const release = client.hold();
    await clock.advance(SECOND);
    client.state.kind.should.equal('connected');
    should((network.last.frames[0].data as unknown[]).length).equal(1);
    release();
    release();
    await clock.advance(SECOND);
    [client.state.kind, network.open].should.eql(['idle', 0]);
    await client.close(0);
  });

  it('never answered: gives up after 10 s and tries again', async () => {
    const { clock, broker, network, client } = setUp();
    broker.answerLogin = undefined;
    client.attach(new CollectingConsumer());
    await clock.advance(10 * SECOND);
    network.open.should.equal(1);
    await clock.advance(300);
    network.open.should.equal(0);
    [client.state.kind, errorOf(client.state)?.code].should.eql(['reconnecting', 'GIZ_TIMEOUT']);
    await clock.advance(5 * SECOND);
    network.links.length.should.equal(2);
    record({ check: 'P64', fault: 'login never answered', inputs: 1, notSent: 1, note: 'given up after 10 s' });
    await client.close(0);
  });

  it('never connected: the same', async () => {
    const { clock, network, client } = setUp();
    network.onDial = () => undefined;
    client.attach(new CollectingConsumer());
    await clock.advance(10.3 * SECOND);
    [client.state.kind, errorOf(client.state)?.code, network.open].should.eql(['reconnecting', 'GIZ_TIMEOUT', 0]);
    await client.close(0);
  });

  it('answered with garbage: gives the connection up', async () => {
    for (const answer of ['{"cmd":"login_res"}\n', '{"cmd":"login_res","data":{"result":"true"}}\n']) {
      const { clock, broker, client } = setUp();
      broker.answerLogin = (link) => link.send(answer);
      client.attach(new CollectingConsumer());
      await clock.advance(SECOND);
      [client.state.kind, errorOf(client.state)?.code].should.eql(['reconnecting', 'GIZ_BAD_RESPONSE']);
      await client.close(0);
    }
    record({ check: 'P64', fault: 'login answered with garbage', inputs: 2, refused: 2 });
  });

  it('answered twice, or in the older shape: stays connected', async () => {
    const { clock, broker, network, client } = setUp();
    broker.answerLogin = (link) => {
      link.send({ cmd: 'login_res', result: true, msg: 'ok' });
      link.send({ cmd: 'login_res', data: { result: true, msg: 'ok' } });
    };
    client.attach(new CollectingConsumer());
    await clock.advance(5 * MINUTE);
    [client.state.kind, network.links.length].should.eql(['connected', 1]);
    record({ check: 'P64', fault: 'login answered twice', inputs: 1, ok: 1 });
    await client.close(0);
  });

  it('refused: said once, tried at a minute and more, up to a quarter of an hour', async () => {
    const { clock, broker, network, client, log } = setUp();
    broker.answerLogin = (link) => {
      link.send({ cmd: 'login_res', data: { result: false, msg: `auth failed for ${PRODUCT.authSecret}\r\n` } });
      link.cut();
    };
    client.attach(new CollectingConsumer());
    await clock.advance(SECOND);
    client.state.kind.should.equal('refused');
    const error = errorOf(client.state) as CloudError;
    [error.code, error.outcome, error.vendorMessage].should.eql(['GIZ_REFUSED', 'refused', 'auth failed for ***']);
    error.message.should.not.containEql(PRODUCT.authSecret);
    const dials: number[] = [];
    const { onDial } = network;
    network.onDial = (link) => {
      dials.push(clock.mono());
      onDial(link);
    };
    await clock.advance(24 * HOUR);
    dials.length.should.be.belowOrEqual(110);
    const waits = dials.slice(1).map((at, i) => at - dials[i]);
    Math.min(...waits).should.be.aboveOrEqual(MINUTE);
    Math.max(...waits).should.be.belowOrEqual(15 * MINUTE + 10);
    log.entries.should.eql(['warn push.events.refused']);
    log.texts.join().should.not.containEql(PRODUCT.authSecret);
    // The credentials work again: so does everything else, and nothing is left of the pacing.
    broker.answerLogin = (link) => link.send({ cmd: 'login_res', data: { result: true, msg: 'ok' } });
    await clock.advance(15 * MINUTE + 1);
    client.state.kind.should.equal('connected');
    await client.close(0);
  });

  it('rejected by invalid_msg: paced like a refusal', async () => {
    const { clock, broker, network, client } = setUp();
    broker.answerLogin = (link) => link.send({ cmd: 'invalid_msg', error_code: 4006, msg: 'prefetch' });
    client.attach(new CollectingConsumer());
    await clock.advance(50 * SECOND);
    [client.state.kind, errorOf(client.state)?.code, network.links.length].should.eql(['refused', 'GIZ_4006', 1]);
    await client.close(0);
  });

  it('"already logged in" counts as logged in', async () => {
    const { clock, broker, client } = setUp();
    broker.answerLogin = (link) => link.send({ cmd: 'invalid_msg', error_code: 4009, msg: 'already' });
    client.attach(new CollectingConsumer());
    await clock.advance(SECOND);
    client.state.kind.should.equal('connected');
    await client.close(0);
  });
});

describe('push login of several products', () => {
  const accept = { cmd: 'login_res', data: { result: true, msg: 'ok' } };

  function take(link: FakeLink, frame: Record<string, unknown>): void {
    const data = (frame.data ?? []) as { auth_secret: string }[];
    const right = data.every((entry) => entry.auth_secret !== OTHER.authSecret);
    if (frame.cmd === 'login_req') {
      link.send(right ? accept : { cmd: 'login_res', data: { result: false, msg: 'bad' } });
      if (!right) link.cut();
    } else if (frame.cmd === 'subscribe_req') {
      link.send({ cmd: 'subscribe_res', result: right, msg: right ? 'ok' : 'bad', data });
    } else if (frame.cmd === 'ping') link.send({ cmd: 'pong' });
  }

  it('goes in one login', async () => {
    const { clock, network, client } = setUp({ products: [PRODUCT, OTHER] });
    client.attach(new CollectingConsumer());
    await clock.advance(SECOND);
    (network.last.frames[0].data as unknown[]).length.should.equal(2);
    await client.close(0);
  });

  for (const products of [
    [PRODUCT, OTHER],
    [OTHER, PRODUCT],
  ]) {
    it(`one refused, ${products[0] === OTHER ? 'the first' : 'the second'}: the other runs, the refused one is paced`, async () => {
      const { clock, network, client } = setUp({ products });
      const asked: number[] = [];
      network.onDial = (link) => {
        link.onFrame = (frame) => {
          const data = frame.data as { auth_secret: string }[] | undefined;
          if (data?.some((entry) => entry.auth_secret === OTHER.authSecret)) asked.push(clock.mono());
          queueMicrotask(() => take(link, frame));
        };
        link.accept();
      };
      client.attach(new CollectingConsumer());
      await clock.advance(30 * SECOND);
      const { state } = client;
      state.kind.should.equal('connected');
      if (state.kind === 'connected') {
        state.refused.map((refused) => refused.productKey).should.eql([OTHER.productKey]);
        state.refused[0].error.code.should.equal('GIZ_REFUSED');
      }
      const links = network.links.length;
      asked.length = 0;
      await clock.advance(2 * HOUR);
      network.links.length.should.equal(links);
      asked.length.should.be.within(8, 13);
      const waits = asked.slice(1).map((at, i) => at - asked[i]);
      record({ check: 'P70', fault: 'one of two products refused', inputs: 2, ok: 1, refused: 1 });
      Math.min(...waits).should.be.aboveOrEqual(MINUTE);
      await client.close(0);
    });
  }
});

describe('push reconnection', () => {
  it('waits at random between 1 s and min(60 s, 2^n s)', () => {
    const backOff = new ReconnectBackOff(new VirtualClock());
    for (let round = 0; round < 3; round++) {
      for (let n = 1; n <= 12; n++) backOff.next().should.be.within(SECOND, Math.min(MINUTE, 2 ** n * SECOND));
      backOff.reset();
    }
    const pacing = new RefusalPacing(new VirtualClock());
    const waits = Array.from({ length: 7 }, () => pacing.next() / MINUTE);
    waits.forEach((wait, n) => {
      wait.should.be.within(Math.min(15, 2 ** n), Math.min(15, 2 ** n * 1.1));
    });
  });

  it('is back within 5 s after a blip, with one line out and one in', async () => {
    const back: number[] = [];
    for (let seed = 1; seed <= 20; seed++) {
      const { clock, broker, client, log } = setUp({}, seed);
      client.attach(new CollectingConsumer());
      await clock.advance(2 * MINUTE);
      broker.cut();
      const lost = clock.mono();
      client.onState((state) => {
        if (state.kind === 'connected') back.push(clock.mono() - lost);
      });
      await clock.advance(2 * MINUTE);
      log.entries.should.eql(['warn push.events.lost', 'info push.events.restored']);
      await client.close(0);
    }
    back.length.should.equal(20);
    Math.max(...back).should.be.belowOrEqual(5 * SECOND);
  });

  it('accepted and closed at once, 1000 times: one socket, waits in bounds, one line in the log', async () => {
    const { clock, network, client, log } = setUp();
    network.onDial = (link) => {
      link.accept();
      link.cut();
    };
    client.attach(new CollectingConsumer());
    while (network.links.length < 1000) await clock.advance(10 * MINUTE);
    network.mostOpen.should.equal(1);
    log.entries.should.eql(['warn push.events.lost']);
    client.state.kind.should.equal('reconnecting');
    // On average half of a minute between tries, once the waits have grown.
    (clock.mono() / network.links.length).should.be.within(20 * SECOND, 45 * SECOND);
    client.stats.outages.should.equal(1);
    record({
      check: 'P65',
      fault: 'accepted and closed at once',
      inputs: 1000,
      note: `${network.mostOpen} socket at most`,
    });
    await client.close(0);
  });

  it('cut in a flow of events, again and again: back within 2 s each time, since something new came each time', async () => {
    const { clock, broker, client } = setUp();
    const consumer = new CollectingConsumer({ onEvent: ({ delivery }) => delivery.done() });
    client.attach(consumer);
    const waits: number[] = [];
    for (let round = 1; round <= 30; round++) {
      await clock.advance(3 * SECOND);
      broker.publish(1);
      await clock.advance(100);
      consumer.numbers.length.should.equal(round);
      broker.cut();
      await clock.settle();
      const { state } = client;
      should(state.kind).equal('reconnecting');
      if (state.kind === 'reconnecting') waits.push(state.nextTryAt - clock.now());
    }
    Math.max(...waits).should.be.belowOrEqual(2 * SECOND);
    await client.close(0);
  });

  it('cut by one and the same event, which comes again each time: the waits grow', async () => {
    const { clock, broker, network, client } = setUp();
    client.attach(new CollectingConsumer({ onEvent: () => broker.cut() }));
    await clock.advance(SECOND);
    broker.publish(1);
    const { answerLogin } = broker;
    broker.answerLogin = (link) => {
      answerLogin?.(link);
      queueMicrotask(() => link.cut());
    };
    await clock.advance(HOUR);
    network.links.length.should.be.below(150);
    await client.close(0);
  });

  it('logged in and cut at once, for an hour: the waits grow all the same', async () => {
    const { clock, broker, network, client, log } = setUp();
    broker.answerLogin = (link) => {
      link.send({ cmd: 'login_res', data: { result: true, msg: 'ok' } });
      queueMicrotask(() => link.cut());
    };
    client.attach(new CollectingConsumer());
    await clock.advance(HOUR);
    record({ check: 'P66', fault: 'cut after each login for an hour', inputs: network.links.length });
    network.links.length.should.be.within(60, 180);
    log.entries.should.eql(['warn push.events.lost', 'info push.events.restored']);
    await client.close(0);
  });

  it('starts from the shortest wait again after a stable minute', async () => {
    const { clock, broker, network, client } = setUp();
    let works = false;
    broker.answerLogin = (link) => (works ? link.send({ cmd: 'login_res', data: { result: true } }) : link.cut());
    client.attach(new CollectingConsumer());
    await clock.advance(20 * MINUTE);
    works = true;
    await clock.advance(2 * MINUTE);
    const waits: number[] = [];
    for (let i = 0; i < 20; i++) {
      broker.cut();
      const before = clock.mono();
      const { length } = network.links;
      while (network.links.length === length) await clock.advance(100);
      waits.push(clock.mono() - before);
      await clock.advance(61 * SECOND);
    }
    Math.max(...waits).should.be.belowOrEqual(2100);
    await client.close(0);
  });

  it('on 4000 and 4001 takes a new connection; on an unknown code keeps the one it has', async () => {
    for (const [code, links] of [
      [4000, 2],
      [4001, 2],
      [4003, 2],
      [4042, 1],
    ]) {
      const { clock, network, client } = setUp();
      client.attach(new CollectingConsumer());
      await clock.advance(SECOND);
      network.last.send({ cmd: 'invalid_msg', error_code: code, msg: 'x' });
      await clock.advance(5 * SECOND);
      [client.state.kind, network.links.length].should.eql(['connected', links]);
      await client.close(0);
    }
  });

  it('says why: heartbeat missed, line too long', async () => {
    const { clock, network, client } = setUp({ maxLineBytes: 1000 });
    client.attach(new CollectingConsumer());
    await clock.advance(SECOND);
    network.last.send('No Heartbeat!\n');
    await clock.settle();
    should(errorOf(client.state)?.textKey).equal('push.noHeartbeat');
    await clock.advance(5 * SECOND);
    network.last.send(Buffer.alloc(1001, 'x'));
    await clock.settle();
    should(errorOf(client.state)?.textKey).equal('push.lineTooLong');
    client.stats.lines.tooLong.should.equal(1);
    await clock.advance(10 * SECOND);
    client.state.kind.should.equal('connected');
    await client.close(0);
  });

  it('goes on with the next frame after lines that are none', async () => {
    const { clock, broker, network, client } = setUp();
    const consumer = new CollectingConsumer({ onEvent: ({ delivery }) => delivery.done() });
    client.attach(consumer);
    await clock.advance(SECOND);
    network.last.send('<html>\n\r\n\n[]\nnull\n"x"\n\0\n{"cmd":"what"}\n{"a":1,"a":2}\n\u0001\u0002{{{\n');
    broker.publish(1);
    await clock.advance(SECOND);
    consumer.numbers.should.eql([1]);
    client.stats.lines.should.eql({ blank: 3, garbage: 5, unknown: 2, tooLong: 0 });
    network.links.length.should.equal(1);
    await client.close(0);
  });
});

describe('push heartbeat', () => {
  it('black hole after the login: given up within 75 s of the last byte', async () => {
    const { clock, network, client } = setUp();
    client.attach(new CollectingConsumer());
    await clock.advance(SECOND);
    network.last.onFrame = () => undefined;
    const silentSince = clock.mono();
    const { length } = network.links;
    let dead = 0;
    client.onState((state) => {
      if (state.kind === 'reconnecting') dead ||= clock.mono();
    });
    await clock.advance(2 * MINUTE);
    (dead - silentSince).should.be.within(65 * SECOND, 75 * SECOND);
    network.links.length.should.be.above(length);
    await client.close(0);
  });

  it('answers for a while, then falls silent: the same', async () => {
    const { clock, network, client } = setUp();
    client.attach(new CollectingConsumer());
    await clock.advance(10 * MINUTE);
    network.links.length.should.equal(1);
    network.last.sent('ping').length.should.be.within(15, 21);
    const { last } = network;
    last.onFrame = () => undefined;
    await clock.advance(105 * SECOND);
    last.closed.should.be.true();
    await client.close(0);
  });

  it('sends something at least every 2 minutes, though the server never pauses', async () => {
    const { clock, network, client } = setUp();
    client.attach(new CollectingConsumer());
    await clock.advance(SECOND);
    for (let i = 0; i < 60; i++) {
      network.last.send({ cmd: 'chatter' });
      await clock.advance(10 * SECOND);
    }
    network.last.sent('ping').length.should.be.within(4, 6);
    await client.close(0);
  });

  /** A peer that answers every ping after 100 ms, and a loop that stands still now and then. */
  async function withStalls(stallMs: number, everyMs: number, totalMs: number): Promise<number> {
    const clock = new VirtualClock();
    let lost = 0;
    let frozen = 0;
    // Timers that are due during a stall fire at its end, before the bytes that have come meanwhile are read.
    const stalling = {
      now: () => clock.now(),
      mono: () => clock.mono(),
      random: () => clock.random(),
      clearTimeout: (timer: unknown) => clock.clearTimeout(timer),
      setTimeout: (callback: () => void, ms: number) => {
        const due = clock.mono() + ms;
        const into = due % everyMs;
        const late = into < stallMs ? stallMs - into : 0;
        if (late > 0) frozen++;
        return clock.setTimeout(callback, ms + late);
      },
    };
    const heartbeat = new Heartbeat(stalling, {
      ping: () => {
        const at = clock.mono() + 100;
        const into = at % everyMs;
        clock.setTimeout(() => heartbeat.heard(clock.mono()), 100 + (into < stallMs ? stallMs - into + 1 : 0));
      },
      dead: () => {
        lost++;
      },
      listening: () => true,
    });
    heartbeat.start();
    await clock.advance(totalMs);
    frozen.should.be.above(0);
    heartbeat.stop();
    return lost;
  }

  it('no false death in 24 h of stalls of 200 ms', async () => {
    const deaths = await withStalls(200, 1000, 24 * HOUR);
    record({ check: 'P63', fault: 'a day of stalls of 200 ms', inputs: 86_400, note: `${deaths} false deaths` });
    deaths.should.equal(0);
  });

  it('no false death when the loop stands still for 20 s, or for 3 minutes', async () => {
    (await withStalls(20 * SECOND, MINUTE, HOUR)).should.equal(0);
    (await withStalls(3 * MINUTE, 10 * MINUTE, 3 * HOUR)).should.equal(0);
  });

  it('leaves no timer behind', async () => {
    const { clock, client } = setUp();
    client.attach(new CollectingConsumer());
    await clock.advance(MINUTE);
    await client.close(0);
    clock.timers.should.equal(0);
  });
});

describe('push subscriptions', () => {
  it('follow the consumers without a new connection', async () => {
    const { clock, network, client } = setUp();
    client.attach(new CollectingConsumer({ id: 'a', events: ['device.status.kv'] }));
    await clock.advance(SECOND);
    const b = client.attach(new CollectingConsumer({ id: 'b', events: ['device.online'] }));
    await clock.advance(SECOND);
    network.last.sent('subscribe_req').should.eql([
      {
        cmd: 'subscribe_req',
        data: [
          {
            product_key: PRODUCT.productKey,
            auth_id: PRODUCT.authId,
            auth_secret: PRODUCT.authSecret,
            subkey: 'node_red',
            events: ['device.online', 'device.status.kv'],
          },
        ],
      },
    ]);
    // What a consumer that left wanted is kept for its successor for a while.
    await b.detach();
    await clock.advance(10 * SECOND);
    network.last.sent('unsubscribe_req').length.should.equal(0);
    await clock.advance(15 * SECOND);
    network.last.sent('unsubscribe_req').should.eql([
      {
        cmd: 'unsubscribe_req',
        data: [
          { product_key: PRODUCT.productKey, subkey: 'node_red', auth_id: PRODUCT.authId, events: ['device.online'] },
        ],
      },
    ]);
    network.links.length.should.equal(1);
    await client.close(0);
  });

  it('a consumer that comes back within seconds changes nothing', async () => {
    const { clock, network, client } = setUp();
    const first = client.attach(new CollectingConsumer({ events: ['device.status.kv'] }));
    await clock.advance(SECOND);
    await first.detach();
    await clock.advance(12 * SECOND);
    client.attach(new CollectingConsumer({ events: ['device.status.kv'] }));
    await clock.advance(MINUTE);
    network.last.frames
      .filter((frame) => frame.cmd !== 'ping')
      .map((frame) => frame.cmd)
      .should.eql(['login_req']);
    await client.close(0);
  });

  for (const [why, answer] of [
    ['refuses them', { cmd: 'subscribe_res', result: false, msg: 'no' }],
    ['refuses them in the older shape', { cmd: 'subscribe_res', data: { result: false, msg: 'no' } }],
    ['does not know them', { cmd: 'invalid_msg', error_code: 4005, msg: 'unknown cmd' }],
    ['does not answer', { cmd: 'pong' }],
  ] as [string, Record<string, unknown>][]) {
    it(`where the server ${why}, a new login asks for everything`, async () => {
      const { clock, network, client } = setUp();
      client.attach(new CollectingConsumer({ id: 'a', events: ['device.status.kv'] }));
      await clock.advance(SECOND);
      const { last } = network;
      const { onFrame } = last;
      last.onFrame = (frame, line) =>
        frame.cmd === 'subscribe_req' ? queueMicrotask(() => last.send(answer)) : onFrame(frame, line);
      client.attach(new CollectingConsumer({ id: 'b', events: ['device.online'] }));
      await clock.advance(20 * SECOND);
      network.links.length.should.equal(2);
      const [{ events }] = network.last.frames[0].data as { events: string[] }[];
      events.should.eql(['device.online', 'device.status.kv']);
      client.state.kind.should.equal('connected');
      await client.close(0);
    });
  }
});
