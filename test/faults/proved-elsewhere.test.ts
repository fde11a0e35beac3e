import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { record } from './support/table';

/** Checks that tests of the layers prove already, in virtual time or on sockets of their own: file, and words of its tests. */
const proved: readonly [check: string, subject: string, file: string, words: readonly string[]][] = [
  [
    'P49',
    '10 000 events over 100 disconnects',
    'src/push-delivery',
    [
      'loses, repeats and wrongly acknowledges nothing in 10 000 events over 100 disconnects',
      'is checked by a run that careless receivers fail',
    ],
  ],
  [
    'P51',
    'both readings of redelivery',
    'src/push-simulator',
    ['the same where the service repeats what is not acknowledged, with the same id or a new one'],
  ],
  [
    'P52',
    'acknowledgement after a reconnection',
    'src/push-delivery',
    [
      'an event in the flow takes over the id of its redelivery',
      'an acknowledgement between two connections is never written',
    ],
  ],
  [
    'P53',
    'acknowledged twice',
    'src/push-delivery',
    ['acknowledges an event when its consumer is done, once, and not before'],
  ],
  [
    'P56',
    'every split point of 开关😀',
    'src/push-frames',
    ['gives the same lines whatever the split point', 'gives the same lines byte by byte'],
  ],
  ['P57', 'CRLF, empty lines, byte order mark, NUL', 'src/push-frames', ['takes off CRLF, byte order mark and NUL']],
  [
    'P58',
    '1 MB and one byte more; 16 MB stall below 50 ms',
    'src/push-frames',
    ['accepts a line of the limit and refuses one byte more', 'stalls no more than 50 ms over 16 MB in chunks of 1 KB'],
  ],
  [
    'P58',
    '16 MB over a socket stall below 50 ms',
    'src/push-tls',
    ['a line of 16 MB ends the connection and stalls the loop less than 50 ms'],
  ],
  ['P59', 'lines that are no frames', 'src/push-frames', ['survives what is not a frame', 'survives random bytes']],
  ['P60', 'ids beyond 2^53, as text, missing', 'src/push-frames', ['keeps ids as they are written']],
  ['P62', '__proto__ in data', 'src/push-frames', ['leaves out members named __proto__, however written']],
  [
    'P63',
    'loop that stands still: no false death',
    'src/push-connection',
    [
      'no false death in 24 h of stalls of 200 ms',
      'no false death when the loop stands still for 20 s, or for 3 minutes',
    ],
  ],
  [
    'P64',
    'logins never answered, garbage, twice',
    'src/push-connection',
    ['never answered: gives up after 10 s', 'answered with garbage', 'answered twice'],
  ],
  [
    'P65',
    '1000 connections closed at once: one socket',
    'src/push-connection',
    ['accepted and closed at once, 1000 times: one socket, waits in bounds, one line in the log'],
  ],
  [
    'P66',
    'cut after each login for an hour',
    'src/push-connection',
    ['logged in and cut at once, for an hour: the waits grow all the same'],
  ],
  [
    'P69',
    'slow flow, flooding service',
    'src/push-delivery',
    ['never has more than the window in the flow', 'stops reading from a server that ignores the window'],
  ],
  ['P70', 'one of several products refused', 'src/push-connection', ['the other runs, the refused one is paced']],
  [
    'P71',
    'out of order',
    'src/push-delivery',
    ['flags what a device created earlier than something already delivered'],
  ],
  [
    'P72',
    'answer to a command lost or late',
    'src/push-control',
    [
      'no answer: unknown after its time, not sent again; a late answer is nobody’s',
      'connection lost on the way: unknown',
    ],
  ],
  [
    'P73',
    '2000 events a second within 10 ms',
    'src/push-simulator',
    ['2000 events a second reach the consumer within 10 ms'],
  ],
  [
    'W74',
    'handshake vectors, bits, lengths, parameters',
    'src/expeed-handshake',
    ['accepts both readings of the digest', 'refuses every other signature of one changed bit'],
  ],
  ['W75', 'ambiguous pair', 'src/expeed-handshake', ['refuses the other half of the ambiguous pair']],
  [
    'W76',
    'five minutes either way',
    'src/expeed-handshake',
    ['accepts five minutes either way, in seconds and milliseconds, and no more'],
  ],
  ['W77', 'replayed signature', 'src/expeed-handshake', ['refuses a replay for as long as its timestamp would do']],
  ['W78', 'bounded memory of signatures', 'src/expeed-handshake', ['remembers a bounded number of signatures']],
  [
    'W80',
    'wrong path',
    'nodes/expeed-webhook-in',
    ['answers at its own path and nowhere else, and not at all when it is gone'],
  ],
  [
    'W81',
    '257 KB, 30 MB, endless',
    'faults/expeed-webhook',
    ['answers 30 MB of anything at once, with flat memory, while the editor answers'],
  ],
  ['W82', 'broken, deep, wrong type', 'faults/expeed-webhook', ['with a short $', 'JSON that is no push']],
  [
    'W83',
    '200 senders that never finish',
    'faults/expeed-webhook',
    ['holds out against 200 senders that never finish, and is rid of them within ten seconds'],
  ],
  [
    'W84',
    '5000 replays: one emitted, all answered',
    'src/expeed-webhook',
    ['emits one of 5000 equal pushes and answers all of them'],
  ],
  ['W85', 'queue full', 'src/expeed-webhook', ['refuses what the queue cannot hold, and takes it later']],
  [
    'W86',
    'redeploy with held requests',
    'faults/expeed-webhook',
    [
      'answers every held request when it is redeployed, within a second, and the new one works',
      'is gone with its node',
    ],
  ],
  [
    'W86',
    'two nodes on one path',
    'nodes/expeed-webhook-in',
    ['the second node is refused clearly, the first works on'],
  ],
  [
    'W87',
    'forged X-Forwarded-For',
    'nodes/expeed-webhook-in',
    ['lets only the addresses in that it is told', 'believes a proxy where the administrator says so'],
  ],
  [
    'W88',
    'httpNodeRoot, password, middleware',
    'faults/expeed-webhook',
    ['HTTP nodes below /api', 'leaves a password that the administrator has set to Node-RED'],
  ],
  ['E89', 'admin routes and permissions', 'package/admin-routes', ['serves the owner', 'and nobody else']],
  ['E92', '500 redeploys under traffic', 'faults/redeploy-leaks', ['leave no handle and no listener behind']],
  ['E94', 'contents and dependencies of the package', 'package/contents', ['brings at most six dependencies']],
];

describe('checks that other tests prove', () => {
  for (const [check, subject, file, words] of proved) {
    it(`${check} ${subject}: ${file}`, () => {
      const source = readFileSync(join(__dirname, '..', `${file}.test.ts`), 'utf8');
      for (const text of words) should(source.includes(text)).be.true(`${file} no longer tests: ${text}`);
      record({ check, fault: subject, note: `test/${file}.test.ts` });
    });
  }
});
