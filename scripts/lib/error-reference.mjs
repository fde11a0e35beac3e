import { textsOf } from './enterprise-parity.mjs';
import { interpolate } from './interpolate.mjs';
import { replaceBlock, table } from './markdown.mjs';
import { languages, readJson } from './project.mjs';

/** The texts of src/texts that each code of ours can have, by their beginnings. */
const WORDINGS = {
  GIZ_BAD_INPUT: ['errors.input'],
  GIZ_CONFIG: ['errors.config', 'expeed.pathTaken', 'expeed.httpOff'],
  GIZ_OUTCOME_UNKNOWN: [
    'errors.outcomeUnknown',
    'errors.outcomeUnknownVendor',
    'errors.notReported',
    'expeed.noResult',
  ],
  GIZ_REFUSED: ['errors.refused', 'errors.noneTaken', 'push.refused', 'push.refusedOpen'],
  GIZ_EXPIRED: ['errors.expired'],
  GIZ_QUOTA: ['errors.quota', 'errors.quotaPaced', 'errors.paused', 'expeed.tokenBudget'],
  GIZ_QUEUE_FULL: ['errors.queueFull'],
  GIZ_NETWORK: ['errors.network', 'errors.networkCases', 'push.noHeartbeat'],
  GIZ_TIMEOUT: ['errors.timeout', 'push.silent'],
  GIZ_TLS: ['errors.tls', 'errors.tlsCases'],
  GIZ_BAD_RESPONSE: ['errors.badResponse', 'push.loginGarbage', 'push.lineTooLong'],
  GIZ_CLOSED: ['errors.closed'],
  GIZ_INTERNAL: ['errors.internal'],
};

/** Keys of errors.json that are no error's text: parts of other texts, log lines, answers to dialogs. */
const PARTS = ['vendor', 'accepts', 'events', 'lookup', 'interrupted', 'tokenElsewhere'];

/** The cloud's own codes that beginners meet first, in the order of the README. */
const FREQUENT = [
  ...['GIZ_5003', 'GIZ_5004', 'GIZ_5005', 'GIZ_5007', 'GIZ_5010', 'GIZ_5012', 'GIZ_5013', 'GIZ_5015', 'GIZ_5018'],
  ...['GIZ_5024', 'GIZ_5301', 'GIZ_5302', 'GIZ_5305', 'GIZ_5404'],
  ...['GIZ_9015', 'GIZ_9020', 'GIZ_9042', 'EXPEED_1', 'EXPEED_3'],
];
/** What a number that has several meanings means to whoever meets it first. */
const FIRST_MET = { EXPEED_1: 'credentials' };
const FILES = { GIZ_5: 'gizwits', GIZ_9: 'app', EXPEED_: 'expeed' };

/** `docs/errors*.md` by path. @param library the sets of codes: `{LATER_CODES, UNKNOWN_OUTCOME_CODES, APP_LATER_CODES, …}` */
export function errorPages(library) {
  return Object.fromEntries(
    languages.map((language) => [
      language === 'en-US' ? 'docs/errors.md' : `docs/errors.${language}.md`,
      errorPage(library, language),
    ]),
  );
}

/** A README with its block of codes made anew. */
export function withErrorBlock(readme, language) {
  const texts = textsOf(language);
  const codes = readJson(`scripts/texts/${language}/codes.json`);
  const { readme: own } = readJson(`scripts/texts/${language}/reference.json`);
  const space = language === 'zh-CN' ? '' : ' ';
  const rows = [
    ...Object.entries(codes).map(([code, { when, remedy }]) => [`\`${code}\``, `${when}${space}${remedy}`]),
    ...FREQUENT.map((code) => [
      `\`${code}\``,
      FIRST_MET[code] ? plain(texts.expeed[FIRST_MET[code]]) : plain(vendorText(texts, code)),
    ]),
  ];
  return replaceBlock(readme, 'errors', table(own.columns, rows));
}

function vendorText(texts, code) {
  const [, file] = Object.entries(FILES).find(([beginning]) => code.startsWith(beginning));
  const text = texts[file][code.replace(/^.*_/, '')];
  if (text === undefined) throw new Error(`src/texts has no text of ${code}`);
  return text;
}

function errorPage({ LATER_CODES, UNKNOWN_OUTCOME_CODES, APP_LATER_CODES, APP_UNKNOWN_OUTCOME_CODES }, language) {
  const texts = textsOf(language);
  const codes = readJson(`scripts/texts/${language}/codes.json`);
  const { errors: own } = readJson(`scripts/texts/${language}/reference.json`);
  checkWordings(texts, codes);
  const list = (set) => [...set].map((code) => `\`${code}\``).join(language === 'zh-CN' ? '、' : ', ');
  const numbered = (file, prefix, later = new Set()) => [
    ...Object.keys(texts[file])
      .filter((key) => /^\d+$/.test(key))
      .map((key) => [`\`${prefix}_${key}\``, plain(texts[file][key]), later.has(Number(key)) ? own.later : '']),
    [own.other, plain(texts[file].unlisted), ''],
  ];
  const lines = [`# ${own.title}`, '', own.intro, '', own.where, '', own.outcomes, '', `## ${own.own}`, ''];
  lines.push(
    ...table(
      own.ownColumns,
      Object.entries(codes).map(([code, { when, remedy }]) => [`[\`${code}\`](#${code.toLowerCase()})`, when, remedy]),
    ),
  );
  for (const code of Object.keys(codes)) {
    lines.push('', `### ${code}`, '', own.wordings, '');
    lines.push(...WORDINGS[code].flatMap((key) => leaves(texts, key)).map((text) => `- ${plain(text)}`));
  }
  lines.push(
    '',
    `## ${own.enterprise}`,
    '',
    own.laterNote,
    '',
    ...table(own.columns, numbered('gizwits', 'GIZ', LATER_CODES)),
  );
  lines.push('', own.unknown, '', list(UNKNOWN_OUTCOME_CODES));
  lines.push(
    '',
    `## ${own.app}`,
    '',
    own.laterNote,
    '',
    ...table(own.columns, numbered('app', 'GIZ', APP_LATER_CODES)),
  );
  lines.push('', own.unknown, '', list(APP_UNKNOWN_OUTCOME_CODES));
  lines.push('', `## ${own.expeed}`, '', own.expeedNote, '');
  const byWords = ['offline', 'query', 'deviceKey', 'credentials'].map((key) => [
    own.otherWords,
    plain(texts.expeed[key]),
  ]);
  lines.push(
    ...table(own.columns.slice(0, 2), [...numbered('expeed', 'EXPEED').map((row) => row.slice(0, 2)), ...byWords]),
  );
  lines.push('', `## ${own.push}`, '', own.pushNote, '');
  lines.push(...['invalid', 'serverError', 'notLoggedIn'].map((key) => `- ${plain(texts.push[key])}`));
  return `${lines.join('\n')}\n`;
}

/** @throws Error when a text of errors.json belongs to no code, or a code has no entry */
function checkWordings(texts, codes) {
  const claimed = Object.values(WORDINGS).flat();
  const homeless = Object.keys(texts.errors).filter(
    (key) => !claimed.includes(`errors.${key}`) && !PARTS.includes(key),
  );
  const odd = [...Object.keys(codes), ...Object.keys(WORDINGS)].filter((code) => !codes[code] || !WORDINGS[code]);
  const gone = claimed.filter((key) => leaves(texts, key).length === 0);
  const wrong = [...homeless, ...odd, ...gone];
  if (wrong.length > 0) throw new Error(`scripts/lib/error-reference.mjs: what is the code of ${wrong.join(', ')}?`);
}

function leaves(texts, key) {
  const found = key.split('.').reduce((node, part) => node?.[part], texts);
  if (found === undefined) return [];
  return typeof found === 'string' ? [found] : Object.values(found);
}

/** A text as the page shows it: what the runtime fills in stands in braces, the cloud's own words are left out. */
function plain(text) {
  const emptied = interpolate(text, { vendor: '', hint: '' });
  return emptied.replace(/__(\w+?)__/g, '{$1}').trim();
}
