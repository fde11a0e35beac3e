import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { record } from './support/table';

/** Checks that tests of the layers prove already, in virtual time or on sockets of their own: file, and words of its tests. */
const proved: readonly [check: string, subject: string, file: string, words: readonly string[]][] = [
  [
    'H1',
    'reset before the head',
    'src/cloud-retry',
    ['a read is repeated after a reset', 'a read is tried three times'],
  ],
  ['H2', 'reset in mid-body', 'src/cloud-transport', ['a reset in mid-body', 'a body cut off before its length']],
  ['H3', 'chunked body cut', 'src/cloud-transport', ['a chunked body cut off']],
  [
    'H4',
    'end without a length, half JSON',
    'src/enterprise-replies',
    ['Replies of the Enterprise API: what is no answer'],
  ],
  [
    'H5',
    '500, 502, 503, 504',
    'src/cloud-retry',
    ['a read is repeated after 502 and 503', 'a read is repeated after 504'],
  ],
  ['H6', 'Retry-After', 'src/cloud-headers', ["['120', 120_000]", "['1000000000', HOUR]", "['-5', undefined]"]],
  ['H7', 'head never comes', 'src/cloud-transport', ['ends a try that is never answered in time']],
  ['H8', 'body drips', 'src/cloud-transport', ['ends a try whose body drips, in the same time']],
  ['H9', 'login page of a captive portal', 'nodes/account', ["kind: 'html'", 'tells what went wrong on the way']],
  ['H10', 'empty 200', 'src/enterprise-replies', ['takes a success without a body only where one may come']],
  ['H11', '200 with an error code', 'src/enterprise-replies', ['tells a code that is no number from a success']],
  ['H12', 'huge, compressed or deep body', 'src/cloud-transport', ['a body that is too large', 'a compressed body']],
  ['H13', '5009 and 5011', 'src/cloud-caller', ['refused for its token is made once more with another, not twice']],
  ['H14', '5013, 5404 and 5018 with one status', 'src/enterprise-replies', ['is known by its code alone']],
  ['H15', '5012', 'src/cloud-token', ['refused for their credentials are tried three times']],
  [
    'H16',
    'refusals and unknown outcomes of commands',
    'src/enterprise-replies',
    ['which commands may have been carried out'],
  ],
  ['H17', '5403 and 5409 on a command', 'faults/commands', ['sending failed (5403)', 'inner call failed (5409)']],
  ['H18', 'no name, no connection', 'src/cloud-transport', ['says for certain that nothing was sent']],
  ['H19', 'connection refused', 'src/cloud-retry', ['    command: true,']],
  [
    'H20',
    'eight bad certificates: no byte of a request',
    'src/cloud-tls',
    ['sends not a byte to a server whose certificate'],
  ],
  ['H21', 'redirects', 'src/cloud-transport', ['does not follow a ']],
  ['H22', 'server closes idle connections', 'src/cloud-transport', ['without one unknown outcome']],
  [
    'H23',
    'retry budget',
    'src/cloud-retry',
    ['adds at most a tenth to the calls of an outage', 'eleven thousand calls at most'],
  ],
  [
    'H24',
    'breaker',
    'src/cloud-retry',
    ['opens after five failures in a row, lets one of a thousand probe after 30 s'],
  ],
  ['H25', 'abort in a pause between tries', 'src/cloud-caller', ['ends its calls wherever they are, and no others']],
  ['H26', 'command grows too old', 'src/cloud-caller', ['grows too old in the queue', 'after the machine has slept']],
  ['H27', 'proxies', 'src/cloud-proxy', ['wants a password', 'that never answers is given up in time']],
  ['H28', 'jitter of 1000', 'src/cloud-retry', ['spreads the tries of a thousand callers that failed together']],
  ['T29', '1000 at expiry: one login', 'src/cloud-token', ['cost one login when a thousand calls are refused late']],
  ['T29', '1000 messages at expiry: one login', 'nodes/account', ['logs in once for 1000 messages']],
  [
    'T30',
    'slow, failing, hanging login',
    'src/cloud-token',
    ['share the one login, and its failure', 'a login that hangs'],
  ],
  ['T31', 'first caller gives up', 'src/cloud-token', ['survive the end of the caller who asked first']],
  ['T32', 'tokens expire under commands', 'faults/commands', ['tokens expire (5011), once']],
  ['T33', 'clock jumps', 'src/cloud-token', ['do not move when the local clock jumps', 'eight days ahead']],
  ['T34', 'odd ends of tokens', 'src/cloud-token', ['make no storm of logins', 'as 1e15']],
  ['T35', 'renewal fails for hours', 'src/cloud-token', ['keep working while their renewal fails for hours']],
  ['T36', 'another process voids the tokens', 'src/cloud-token', ['somebody else’s logins void ours']],
  ['T37', 'wrong secret for a day: 110 logins at most', 'src/cloud-token', ['are at most 110 in a day of traffic']],
  ['T38', 'token with line breaks', 'src/cloud-token', ['without naming it']],
  ['T39', 'canary scan of a whole runtime', 'faults/canary-secrets', ['never leave: log, status, debug, messages']],
  ['Q40', 'greedy poller, light readers, commands', 'src/cloud-quota', ['is never overdrawn by ourselves']],
  ['Q41', '5013 with 10 000 waiting', 'src/cloud-quota', ['costs no call before its reset once it is spent']],
  ['Q42', 'odd quota headers', 'src/cloud-headers', ['a remainder above the limit', 'a reset too far away']],
  ['Q43', 'another process uses the quota', 'src/cloud-quota', ['is left to another program']],
  ['Q44', 'window rolls over', 'src/cloud-governor', ['starts afresh when the window ends']],
  ['Q45', 'Jain of twenty equal readers', 'src/cloud-quota', ['is shared evenly by twenty equal readers']],
  ['Q48', 'order of the commands to a device', 'src/cloud-caller', ['made one after the other, in order']],
  ['E89', 'admin routes and permissions', 'package/admin-routes', ['refuses a stranger and a guest']],
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
