// node test/faults/mutations.mjs [NAME]: proof that the important checks can fail. Each mutation plants one defect in a copy
// of the sources and expects the test that guards against it to fail there. Takes minutes; not part of npm test.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Mutation
 * @property {string} name what the bad variant does
 * @property {string} file the source that is changed
 * @property {string} find text that stands there exactly once
 * @property {string} put what is put in its place
 * @property {string} test the test file that must fail
 * @property {string} [grep] only its tests with these words
 */

/** @type {Mutation[]} */
const mutations = [
  {
    name: 'commands are repeated like reads',
    file: 'src/cloud/retry-policy.ts',
    find: "read: lane !== 'control'",
    put: "read: lane !== 'nothing'",
    test: 'test/faults/commands.test.ts',
    grep: 'reset before the answer',
  },
  {
    name: 'any 5xx of a command counts as refused',
    file: 'src/gizwits/reply-reader.ts',
    find: 'const isUnknown = status >= 500 || status === REQUEST_TIMEOUT',
    put: 'const isUnknown = status === REQUEST_TIMEOUT',
    test: 'test/faults/commands.test.ts',
    grep: '504, carried out',
  },
  {
    name: 'a refused token is thrown away whoever used it',
    file: 'src/cloud/token-provider.ts',
    find: 'if (scope.token !== tokenUsed) return;',
    put: '',
    test: 'test/src/cloud-token.test.ts',
    grep: 'thousand calls are refused late',
  },
  {
    name: 'every call logs in for itself',
    file: 'src/cloud/token-provider.ts',
    find: 'if (!scope.loggingIn) void this.logIn(scope);\n  }\n\n  /** Stops',
    put: 'void this.logIn(scope);\n  }\n\n  /** Stops',
    test: 'test/src/cloud-token.test.ts',
    grep: 'one login however many',
  },
  {
    name: 'refused logins keep no distance',
    file: 'src/cloud/login-pacing.ts',
    find: 'return this.refusals < FREE_REFUSALS ? 0 : ',
    put: 'return this.refusals < 1e9 ? 0 : ',
    test: 'test/src/cloud-token.test.ts',
    grep: '110 in a day',
  },
  {
    name: 'a command has no deadline',
    file: 'src/cloud/call-run.ts',
    find: 'return this.isStale() ? expiredError() : undefined;',
    put: 'return undefined;',
    test: 'test/src/cloud-caller.test.ts',
    grep: 'machine has slept',
  },
  {
    name: 'nothing is reserved for commands',
    file: 'src/cloud/quota-window.ts',
    find: 'const RESERVE = 0.1;',
    put: 'const RESERVE = 0;',
    test: 'test/src/cloud-quota.test.ts',
  },
  {
    name: 'turns go by arrival alone',
    file: 'src/cloud/turn-queue.ts',
    find: 'let queue = this.origins.get(call.origin);',
    put: "let queue = this.origins.get('');",
    test: 'test/src/cloud-governor.test.ts',
    grep: 'rotate between origins',
  },
  {
    name: 'the gate after 5013 stays open',
    file: 'src/cloud/governor.ts',
    find: "if (finish === 'over-quota') this.close(",
    put: "if (finish === ('never' as Finish)) this.close(",
    test: 'test/src/cloud-governor.test.ts',
    grep: 'closes until the reset',
  },
  {
    name: 'no breaker',
    file: 'src/cloud/breaker.ts',
    find: 'const THRESHOLD = 5;',
    put: 'const THRESHOLD = 1e9;',
    test: 'test/src/cloud-retry.test.ts',
    grep: 'opens after five failures',
  },
  {
    name: 'the breaker stays open over a corrected connection',
    file: 'src/cloud/caller.ts',
    find: 'this.breaker.reset();',
    put: '',
    test: 'test/faults/recovery.test.ts',
    grep: 'is tried at once',
  },
  {
    name: 'commands ride on connections that have idled',
    file: 'src/cloud/transport.ts',
    find: 'const COMMAND_IDLE_MS = 1000;',
    put: 'const COMMAND_IDLE_MS = 60_000;',
    test: 'test/src/cloud-transport.test.ts',
    grep: 'idled for a second',
  },
  {
    name: 'certificates are not checked',
    file: 'src/cloud/connector.ts',
    find: 'rejectUnauthorized: settings.rejectUnauthorized !== false,',
    put: 'rejectUnauthorized: false,',
    test: 'test/src/cloud-tls.test.ts',
    grep: 'sends not a byte',
  },
  {
    name: 'redirects are answers like others',
    file: 'src/cloud/exchange.ts',
    find: 'if (status >= 300 && status < 400)',
    put: 'if (status >= 3000)',
    test: 'test/src/cloud-transport.test.ts',
    grep: 'does not follow a 307',
  },
  {
    name: 'a failed read-back is told as the end of the command',
    file: 'src/gizwits/enterprise/confirm.ts',
    find: 'if (meta) onCall(meta);\n      return false;',
    put: 'if (meta) onCall(meta);\n      throw error;',
    test: 'test/faults/unfinished-work.test.ts',
    grep: 'never says "not sent"',
  },
  {
    name: 'a close waits for the definition',
    file: 'src/gizwits/enterprise/product-client.ts',
    find: 'if (await this.account.sleep(ms, options.signal, arrived.signal)) return fetching;',
    put: 'if (ms) return fetching;',
    test: 'test/faults/unfinished-work.test.ts',
    grep: 'hold up a redeploy',
  },
  {
    name: 'done is called twice after an error',
    file: 'nodes/shared/input.ts',
    find: '      done(failure);\n',
    put: '      done(failure);\n      if (failure) done(failure);\n',
    test: 'test/faults/commands.test.ts',
    grep: '5305',
  },
  {
    name: 'closing does not end what is under way',
    file: 'nodes/shared/input.ts',
    find: '    closing.abort();\n',
    put: '',
    test: 'test/faults/unfinished-work.test.ts',
    grep: 'hold up a redeploy',
  },
  {
    name: 'secrets are not masked',
    file: 'src/cloud/redact.ts',
    find: 'let masked = text.replace(this.pattern, MASK);',
    put: 'let masked = text;',
    test: 'test/src/cloud-redact.test.ts',
    grep: 'masks a secret in hexadecimal',
  },
  {
    name: 'ids are not checked',
    file: 'src/cloud/input.ts',
    find: 'id: /^[A-Za-z0-9_-]{1,64}$/,',
    put: 'id: /^[^]*$/,',
    test: 'test/faults/hostile-messages.test.ts',
    grep: 'gizwits-control sends no id',
  },
  {
    name: 'metadata is put on the message unguarded',
    file: 'nodes/shared/input.ts',
    find: '      annotate(msg, property, metadata.failure(failure));',
    put: '      msg[property] = metadata.failure(failure);',
    test: 'test/faults/hostile-messages.test.ts',
    grep: 'gizwits-get-did {} ends',
  },
];

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const wanted = process.argv[2];
const copy = mkdtempSync(join(tmpdir(), 'gizwits-mutations-'));
const rows = [];
try {
  for (const name of ['src', 'nodes', 'test', 'scripts', 'package.json', 'tsconfig.json', '.mocharc.json']) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  for (const mutation of mutations.filter(({ name }) => !wanted || name.includes(wanted))) rows.push(prove(mutation));
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.table(rows);
process.exitCode = rows.length > 0 && rows.every(({ caught }) => caught === 'yes') ? 0 : 1;

/** @param {Mutation} mutation */
function prove({ name, file, find, put, test, grep }) {
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  const row = { mutation: name, file, test: grep ? `${test}: ${grep}` : test };
  if (original.split(find).length !== 2) return { ...row, caught: 'the text to change is not there once' };
  // A test that fails or finds nothing without the defect would prove nothing with it.
  const sound = run(test, grep);
  if (sound !== 'passed') return { ...row, caught: `without the defect: ${sound}` };
  writeFileSync(
    path,
    original.replace(find, () => put),
  );
  const seen = run(test, grep);
  writeFileSync(path, original);
  return { ...row, caught: seen === 'failed' ? 'yes' : `NO, ${seen}` };
}

/** @returns {'passed' | 'failed' | 'no test ran' | 'did not load'} */
function run(test, grep) {
  const args = [
    'node_modules/mocha/bin/mocha.js',
    test,
    '--reporter',
    'json',
    '--exit',
    '--timeout',
    '20000',
    '--retries',
    '0',
  ];
  if (grep) args.push('--fgrep', grep);
  const { stdout } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', timeout: 180_000 });
  const begin = stdout?.indexOf('{\n  "stats"') ?? -1;
  if (begin < 0) return 'did not load';
  const { tests, failures } = JSON.parse(stdout.slice(begin, stdout.lastIndexOf('}') + 1)).stats;
  if (failures > 0) return 'failed';
  return tests > 0 ? 'passed' : 'no test ran';
}
