import { createRequire } from 'node:module';
import { join } from 'node:path';
import should from 'should';
import { interpolate } from '../../src/texts';
import { textsOf } from '../support/texts';

/** The part under test; it is compiled for the browser, whose globals the tests do not have. */
interface StatusLanguage {
  knownStatuses(): readonly unknown[];
  inReadersWords(text: string, known: readonly unknown[]): string;
  translateStatuses(): void;
}

const load = createRequire(__filename);
const { inReadersWords, knownStatuses, translateStatuses }: StatusLanguage = load(
  join(__dirname, '../../nodes/editor/status-language.ts'),
);

type Listener = (topic: string, status: { text?: unknown }) => void;

/** Stands for whatever the runtime puts in. */
const VALUES: Record<string, string> = { code: 'GIZ_5004', path: '/expeed', reading: 'hex' };

describe('statuses with values', () => {
  let listen: Listener;
  const drawn: object[] = [];
  const nodes: Record<string, { type: string; status?: object }> = {
    ours: { type: 'gizwits-search' },
    theirs: { type: 'http request' },
  };

  before(() => {
    (globalThis as { RED?: unknown }).RED = {
      _: (key: string, params: object) => `${key.replace(/^.*:/, '')} ${JSON.stringify(params)}`,
      comms: {
        subscribe: (_topic: string, listener: Listener) => {
          listen = listener;
        },
      },
      nodes: { node: (id: string) => nodes[id] ?? null },
      view: { redrawStatus: (node: object) => drawn.push(node) },
    };
    translateStatuses();
  });
  after(() => {
    delete (globalThis as { RED?: unknown }).RED;
  });

  for (const language of ['en-US', 'zh-CN'] as const) {
    const templates = textsOf(language).filter(
      ({ file, key, value }) => /\bstatus\./.test(key) && !/src\/texts/.test(file) && value.includes('__'),
    );
    it(`of a runtime in ${language} are each known again, with their values`, () => {
      const known = knownStatuses();
      templates.length.should.be.above(10);
      for (const { key, value } of templates) {
        const names = [...value.matchAll(/__(\w+?)__/g)].map(([, name]) => name as string);
        const params = Object.fromEntries(names.map((name, index) => [name, VALUES[name] ?? String(12 + index)]));
        should(inReadersWords(interpolate(value, params), known)).equal(`${key} ${JSON.stringify(params)}`);
      }
    });
  }

  it('are put into the words of the reader where they are ours, and drawn again when they were drawn before', () => {
    const status = { text: '等待配额：12 秒', fill: 'blue' };
    listen('status/ours', status);
    should(status.text).equal('common.status.waitingQuota {"seconds":"12"}');
    should(drawn).eql([]);
    const late = { text: '3 in progress' };
    (nodes.ours as { status?: object }).status = late;
    listen('status/ours', late);
    should(late.text).equal('common.status.queued {"count":"3"}');
    should(drawn).eql([nodes.ours]);
  });

  it('stay as they are when they are not ours, or not known', () => {
    const theirs = { text: '3 in progress' };
    listen('status/theirs', theirs);
    listen('status/gone', theirs);
    should(theirs.text).equal('3 in progress');
    const ours = { text: 'something else' };
    listen('status/ours', ours);
    should(ours.text).equal('something else');
    listen('status/ours', {});
  });
});
