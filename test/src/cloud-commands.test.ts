import should from 'should';
import { systemClock } from '../../src/cloud/clock';
import { Transport } from '../../src/cloud/transport';
import { account, commandOf, outcomeOf, vendorError } from '../support/account';
import { answer, type Behaviour, hang, MisbehavingServer, reset } from '../support/misbehaving-server';

const COMMANDS = 20;
/** Time of a try: short only where the time is what ends it, since a busy machine may take long for an answer. */
const PATIENCE_MS = 15_000;
const NO_ANSWER_MS = 2000;

const half =
  (head: string): Behaviour =>
  (socket) => {
    socket.end(head);
  };

/** Everything that a cloud and the way to it may do to a command, and how each must end. */
const FAULTS: [string, Behaviour, string][] = [
  ['resets before the answer', reset, 'GIZ_OUTCOME_UNKNOWN'],
  ['closes before the answer', (socket) => socket.end(), 'GIZ_OUTCOME_UNKNOWN'],
  ['never answers', hang, 'GIZ_OUTCOME_UNKNOWN'],
  ['cuts the head of the answer', half('HTTP/1.1 200 OK\r\nConte'), 'GIZ_OUTCOME_UNKNOWN'],
  ['cuts a body of told length', half('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"a"'), 'GIZ_OUTCOME_UNKNOWN'],
  [
    'cuts a chunked body',
    half('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"a"'),
    'GIZ_OUTCOME_UNKNOWN',
  ],
  ['ends half a JSON text', half('HTTP/1.1 200 OK\r\n\r\n{"a":'), 'GIZ_OUTCOME_UNKNOWN'],
  ['answers no HTTP', answerRaw('hello\r\n'), 'GIZ_OUTCOME_UNKNOWN'],
  ['answers endlessly', answer('x'.repeat(70_000)), 'GIZ_OUTCOME_UNKNOWN'],
  ['answers compressed', answer('x', 200, { 'content-encoding': 'gzip' }), 'GIZ_OUTCOME_UNKNOWN'],
  ['answers a web page', answer('<html>'), 'GIZ_OUTCOME_UNKNOWN'],
  ['redirects after it was done', answer('', 303, { location: '/' }), 'GIZ_OUTCOME_UNKNOWN'],
  ['redirects', answer('', 307, { location: '/' }), 'GIZ_BAD_RESPONSE'],
  ['answers 500', answer('{}', 500), 'GIZ_OUTCOME_UNKNOWN'],
  ['answers 502', answer('<html>', 502), 'GIZ_OUTCOME_UNKNOWN'],
  ['answers 503 and asks to come back', answer('{}', 503, { 'retry-after': '0' }), 'GIZ_OUTCOME_UNKNOWN'],
  ['answers 504', answer('', 504), 'GIZ_OUTCOME_UNKNOWN'],
  ['fails inside', answer(JSON.stringify(vendorError(5409)), 500), 'GIZ_OUTCOME_UNKNOWN'],
  ['refuses it', answer(JSON.stringify(vendorError(5305)), 400), 'GIZ_5305'],
  ['refuses it for the quota', answer(JSON.stringify(vendorError(5013)), 403), 'GIZ_QUOTA'],
  ['answers nothing', answer(''), 'ok'],
  ['answers late but whole', (socket, request) => setTimeout(() => answer('{}')(socket, request), 30), 'ok'],
];

function answerRaw(text: string): Behaviour {
  return (socket) => {
    socket.write(text);
  };
}

describe('a command reaches the cloud at most once when the cloud', () => {
  for (const [name, behaviour, code] of FAULTS) {
    it(name, async () => {
      const server = await MisbehavingServer.start(behaviour);
      const ends = await Promise.all(
        Array.from({ length: COMMANDS }, async (_, index) => {
          // An account each: a breaker must not spare the server the next command.
          const transport = new Transport({
            baseUrl: server.url,
            clock: systemClock,
            environment: {},
            maxReplyBytes: 2 ** 16,
          });
          const caller = account(transport, systemClock);
          const timeoutMs = behaviour === hang ? NO_ANSWER_MS : PATIENCE_MS;
          const end = await outcomeOf(
            caller.call(commandOf(`/c/${index}`, { timeoutMs, deadlineMs: 2 * PATIENCE_MS })),
          );
          await caller.close();
          return end === 'ok' ? 'ok' : end.code;
        }),
      );
      await server.stop();
      [...new Set(ends)].should.deepEqual([code]);
      const paths = server.requests.map(({ path }) => path);
      should(paths.length).equal(COMMANDS);
      new Set(paths).size.should.equal(COMMANDS);
    });
  }
});
