import should from 'should';
import { type Clock, systemClock } from '../../src/cloud/clock';
import type { CloudError } from '../../src/cloud/errors';
import { silentLogger } from '../../src/cloud/logger';
import { EnterpriseAccount } from '../../src/gizwits/enterprise/account';
import { outcomeOf, vendorError } from '../support/account';
import {
  answer,
  type Behaviour,
  hang,
  MisbehavingServer,
  reset,
  type SeenRequest,
} from '../support/misbehaving-server';
import { record } from './support/table';

const CALLS = 20;
const PK = '4244bf2d79694a259232431b6f2ef46a';
/** Time of a try: short only where the time is what ends it, since a busy machine may take long for an answer. */
const PATIENCE_MS = 15_000;
const NO_ANSWER_MS = 1500;
/** Pauses between tries are nothing: their lengths are tested in virtual time. */
const clock: Clock = { ...systemClock, random: () => 0 };

type Lane = 'reads' | 'commands';

interface Fault {
  check: string;
  name: string;
  /** What the cloud does with the first requests of a call; the others are answered well. */
  steps: Behaviour[];
  /** The last step is the answer to all requests that follow. */
  forever?: boolean;
  /** How reads and commands end: `ok` or the error's code. */
  read: string;
  command: string;
  /** Requests for one call; 1 where nothing is said. */
  readTries?: number;
  commandTries?: number;
  /** Whether the cloud carries a command out before it does so; a refusal says that it has not. */
  runs?: boolean;
  timeoutMs?: number;
}

const UNKNOWN = 'GIZ_OUTCOME_UNKNOWN';

const cut =
  (text: string): Behaviour =>
  (socket) => {
    socket.end(text);
  };
const raw =
  (text: string): Behaviour =>
  (socket) => {
    socket.write(text);
  };
const cutHard =
  (text: string): Behaviour =>
  (socket) => {
    socket.write(text, () => setTimeout(() => socket.resetAndDestroy(), 20));
  };
const vendor = (status: number, code: number): Behaviour => answer(JSON.stringify(vendorError(code)), status);
const drip: Behaviour = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
  const timer = setInterval(() => socket.write(' '), 100);
  socket.on('close', () => clearInterval(timer));
};
const late: Behaviour = (socket, request) => {
  setTimeout(() => fine(socket, request), 30);
};
const fine: Behaviour = (socket, request) => {
  answer(request.method === 'GET' ? '{"did":"found"}' : '{}')(socket, request);
};

const always = { forever: true };

const faults: Fault[] = [
  { check: 'H0', name: 'none', steps: [fine], read: 'ok', command: 'ok', runs: true },
  { check: 'H0', name: 'late answer', steps: [late], read: 'ok', command: 'ok', runs: true },
  { check: 'H1', name: 'reset before the head', steps: [reset], read: 'ok', readTries: 2, command: UNKNOWN },
  {
    check: 'H1',
    name: 'reset before the head, carried out all the same',
    steps: [reset],
    read: 'ok',
    readTries: 2,
    command: UNKNOWN,
    runs: true,
  },
  {
    check: 'H1',
    name: 'reset before the head, always',
    ...{ steps: [reset], ...always, read: 'GIZ_NETWORK', readTries: 3, command: UNKNOWN },
  },
  { check: 'H1', name: 'close before the head', steps: [cut('')], read: 'ok', readTries: 2, command: UNKNOWN },
  {
    check: 'H1',
    name: 'head cut',
    steps: [cut('HTTP/1.1 200 OK\r\nConte')],
    read: 'ok',
    readTries: 2,
    command: UNKNOWN,
  },
  { check: 'H1', name: 'no HTTP', steps: [raw('hello\r\n')], read: 'GIZ_BAD_RESPONSE', command: UNKNOWN },
  {
    check: 'H2',
    name: 'body of told length cut',
    steps: [cut('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"a"')],
    ...{ read: 'ok', readTries: 2, command: UNKNOWN, runs: true },
  },
  {
    check: 'H2',
    name: 'reset in mid-body',
    steps: [cutHard('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"a"')],
    ...{ read: 'ok', readTries: 2, command: UNKNOWN, runs: true },
  },
  {
    check: 'H3',
    name: 'chunked body cut',
    steps: [cut('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"a"')],
    ...{ read: 'ok', readTries: 2, command: UNKNOWN, runs: true },
  },
  {
    check: 'H4',
    name: 'half JSON, ended without a length',
    steps: [cut('HTTP/1.1 200 OK\r\n\r\n{"a":')],
    ...{ read: 'ok', readTries: 2, command: UNKNOWN, runs: true },
  },
  ...[500, 502, 503, 504].map((status) => ({
    check: 'H5',
    name: `${status} twice`,
    steps: [answer('<h1>', status), answer('<h1>', status)],
    ...{ read: 'ok', readTries: 3, command: UNKNOWN },
  })),
  {
    check: 'H5',
    name: '503 for ever',
    ...{ steps: [answer('', 503)], ...always, read: 'GIZ_BAD_RESPONSE', readTries: 3, command: UNKNOWN },
  },
  {
    check: 'H6',
    name: '503, Retry-After 0',
    steps: [answer('', 503, { 'retry-after': '0' })],
    ...{ read: 'ok', readTries: 2, command: UNKNOWN },
  },
  {
    check: 'H6',
    name: '503, Retry-After beyond the longest wait',
    steps: [answer('', 503, { 'retry-after': '120' })],
    ...{ read: 'GIZ_BAD_RESPONSE', command: UNKNOWN },
  },
  {
    check: 'H7',
    name: 'head never comes',
    ...{ steps: [hang], ...always, read: 'GIZ_TIMEOUT', readTries: 3, command: UNKNOWN, timeoutMs: NO_ANSWER_MS },
  },
  {
    check: 'H8',
    name: 'body drips',
    ...{ steps: [drip], ...always, read: 'GIZ_TIMEOUT', readTries: 3, command: UNKNOWN, timeoutMs: NO_ANSWER_MS },
  },
  {
    check: 'H9',
    name: 'login page of a captive portal',
    steps: [answer('<html>log in</html>', 200, { 'content-type': 'text/html' })],
    ...{ ...always, read: 'GIZ_BAD_RESPONSE', command: UNKNOWN },
  },
  { check: 'H10', name: 'empty 200', steps: [answer('')], read: 'GIZ_BAD_RESPONSE', command: 'ok', runs: true },
  { check: 'H11', name: '200 with an error code', steps: [vendor(200, 5302)], read: 'GIZ_5302', command: 'GIZ_5302' },
  {
    check: 'H12',
    name: 'no JSON, once',
    steps: [answer('{"a": NaN}')],
    ...{ read: 'ok', readTries: 2, command: UNKNOWN, runs: true },
  },
  {
    check: 'H12',
    name: 'JSON with a byte order mark',
    steps: [answer('\ufeff{"did":"found"}')],
    ...{ read: 'ok', command: 'ok', runs: true },
  },
  {
    check: 'H12',
    name: 'compressed',
    steps: [answer('x', 200, { 'content-encoding': 'gzip' })],
    ...{ read: 'GIZ_BAD_RESPONSE', command: UNKNOWN, runs: true },
  },
  {
    check: 'H12',
    name: 'larger than 10 MB',
    steps: [answer(' '.repeat(11_000_000))],
    ...{ read: 'GIZ_BAD_RESPONSE', command: UNKNOWN, runs: true },
  },
  ...[5009, 5011].flatMap((code) => [
    {
      check: 'H13',
      name: `${code} once`,
      ...{ steps: [vendor(400, code)], read: 'ok', readTries: 2, command: 'ok', commandTries: 2 },
    },
    {
      check: 'H13',
      name: `${code} for ever`,
      ...{ steps: [vendor(400, code)], ...always, read: `GIZ_${code}`, readTries: 2 },
      ...{ command: `GIZ_${code}`, commandTries: 2 },
    },
  ]),
  { check: 'H14', name: '403 with 5013', steps: [vendor(403, 5013)], read: 'GIZ_QUOTA', command: 'GIZ_QUOTA' },
  ...[5404, 5018].map((code) => ({
    check: 'H14',
    name: `403 with ${code}`,
    ...{ steps: [vendor(403, code)], read: `GIZ_${code}`, command: `GIZ_${code}` },
  })),
  { check: 'H15', name: '400 with 5012', steps: [vendor(400, 5012)], read: 'GIZ_5012', command: 'GIZ_5012' },
  { check: 'H16', name: '400 with 5305', steps: [vendor(400, 5305)], read: 'GIZ_5305', command: 'GIZ_5305' },
  { check: 'H17', name: '400 with 5403', steps: [vendor(400, 5403)], read: 'ok', readTries: 2, command: UNKNOWN },
  {
    check: 'H17',
    name: '500 with 5409, carried out all the same',
    ...{ steps: [vendor(500, 5409)], read: 'ok', readTries: 2, command: UNKNOWN, runs: true },
  },
];

/** A cloud that logs in well, and does with every other call what the fault says. */
async function cloud({ steps, forever, runs = false }: Pick<Fault, 'steps' | 'forever' | 'runs'>) {
  const tries = new Map<string, number>();
  const executed = new Map<string, number>();
  const server = await MisbehavingServer.start((socket, request: SeenRequest) => {
    const { method, path } = request;
    if (path.endsWith('/access_token')) {
      const token = `t${Math.random().toString(36).slice(2)}`;
      answer(JSON.stringify({ token, expired_at: Math.floor(Date.now() / 1000) + 604_800 }), 201)(socket, request);
      return;
    }
    const before = tries.get(path) ?? 0;
    tries.set(path, before + 1);
    const step = forever ? steps[Math.min(before, steps.length - 1)] : steps[before];
    if (method === 'POST' && (runs || !step)) executed.set(path, (executed.get(path) ?? 0) + 1);
    (step ?? fine)(socket, request);
  });
  return { server, tries, executed };
}

/** One call through an account of its own: a breaker must not spare the cloud the next one. */
async function one(url: string, lane: Lane, index: number, timeoutMs: number): Promise<CloudError | 'ok'> {
  const account = new EnterpriseAccount(
    { baseUrl: url, enterpriseId: 'eid', enterpriseSecret: 'secret' },
    { timeoutMs, concurrency: 1, queue: 10, maxWaitMs: 1000 },
    clock,
    silentLogger,
  );
  try {
    const product = account.product({ productKey: PK, productSecret: 'secret' });
    const expiresAt = clock.mono() + 4 * PATIENCE_MS;
    return await outcomeOf(
      lane === 'reads'
        ? product.call('device.did', { mac: `m${index}` }, { origin: 'n' })
        : product.call('device.control', { did: `d${index}`, attrs: { a: 1 } }, { origin: 'n', expiresAt }),
    );
  } finally {
    await account.close();
  }
}

function tally(ends: readonly (CloudError | 'ok')[]) {
  const by = (outcome: string): number => ends.filter((end) => end !== 'ok' && end.outcome === outcome).length;
  return {
    inputs: CALLS,
    ok: ends.filter((end) => end === 'ok').length,
    refused: by('refused'),
    unknown: by('unknown'),
    notSent: by('not-sent'),
  };
}

const codes = (ends: readonly (CloudError | 'ok')[]): string[] => [
  ...new Set(ends.map((end) => (end === 'ok' ? 'ok' : end.code))),
];

describe('a cloud that misbehaves over real sockets', function () {
  this.timeout(60_000);

  for (const fault of faults) {
    for (const lane of ['reads', 'commands'] as const) {
      it(`${fault.check} ${fault.name}: ${lane}`, async () => {
        const { server, tries, executed } = await cloud(fault);
        const timeoutMs = fault.timeoutMs ?? PATIENCE_MS;
        const ends = await Promise.all(
          Array.from({ length: CALLS }, (_, index) => one(server.url, lane, index, timeoutMs)),
        );
        await server.stop();
        const counts = tally(ends);
        const doubled = [...executed.values()].filter((times) => times > 1).length;
        // An end as done of what the cloud has not done is a loss.
        const lost = lane === 'commands' ? Math.max(0, counts.ok - executed.size) : 0;
        const row = { ...counts, lost, doubled, ...(lane === 'commands' ? { executed: executed.size } : {}) };
        const wanted = lane === 'reads' ? fault.read : fault.command;
        record({ check: fault.check, fault: `${fault.name}: ${lane}`, ...row, note: wanted === 'ok' ? '' : wanted });
        codes(ends).should.eql([wanted]);
        should({ lost, doubled }).eql({ lost: 0, doubled: 0 });
        const most = (lane === 'reads' ? fault.readTries : fault.commandTries) ?? 1;
        [...tries.values()].should.eql(Array.from({ length: CALLS }, () => most));
      });
    }
  }

  for (const status of [301, 302, 303, 307, 308]) {
    it(`H21 ${status} to another host`, async () => {
      const elsewhere = await MisbehavingServer.start(fine);
      const { server, executed } = await cloud({ steps: [answer('', status, { location: elsewhere.url })] });
      const ends = await Promise.all(
        (['reads', 'commands'] as const).flatMap((lane) =>
          Array.from({ length: CALLS / 2 }, (_, index) => one(server.url, lane, index, PATIENCE_MS)),
        ),
      );
      await Promise.all([server.stop(), elsewhere.stop()]);
      const seen = elsewhere.requests.length;
      const counts = { ...tally(ends), executed: executed.size, lost: 0, doubled: 0 };
      record({ check: 'H21', fault: `${status} to another host`, ...counts, note: `${seen} requests there` });
      seen.should.equal(0);
      executed.size.should.equal(0);
      // A 303 says that something was done, and where its result is.
      codes(ends).should.eql(status === 303 ? ['GIZ_BAD_RESPONSE', UNKNOWN] : ['GIZ_BAD_RESPONSE']);
    });
  }

  const unreachable: [check: string, what: string, url: string][] = [
    ['H18', 'a name that does not exist', 'http://cloud.invalid'],
    ['H19', 'nobody listens', 'http://127.0.0.1:1'],
  ];
  for (const [check, what, url] of unreachable) {
    it(`${check} ${what}`, async () => {
      const ends = await Promise.all(
        (['reads', 'commands'] as const).flatMap((lane) =>
          Array.from({ length: CALLS / 2 }, (_, index) => one(url, lane, index, PATIENCE_MS)),
        ),
      );
      record({ check, fault: what, ...tally(ends), executed: 0, lost: 0, doubled: 0, note: 'GIZ_NETWORK' });
      codes(ends).should.eql(['GIZ_NETWORK']);
      tally(ends).notSent.should.equal(CALLS);
    });
  }
});
