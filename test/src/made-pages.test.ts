import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';
import { OWN_CODES } from '../../nodes/messages';
import { languages } from '../support/package-facts';
import { root } from '../support/packed-package';

describe('the pages that are made from the catalogues', function () {
  this.timeout(60_000);
  let pages: Record<string, string>;

  before(async () => {
    const { madePages } = await import('../../scripts/lib/made-pages.mjs');
    pages = await madePages();
  });

  it('stand in the repository as `npm run docs` makes them', () => {
    Object.keys(pages).length.should.be.above(10);
    const stale = Object.entries(pages).filter(([path, content]) => {
      const file = join(root, path);
      return !existsSync(file) || readFileSync(file, 'utf8') !== content;
    });
    should(stale.map(([path]) => path)).eql([], 'npm run docs');
  });

  it('have the same headings in both languages, and links that lead somewhere', () => {
    for (const path of Object.keys(pages).filter((one) => /^docs\/[\w-]+\.md$/.test(one))) {
      const [english, chinese] = languages.map((language) =>
        (pages[language === 'en-US' ? path : path.replace('.md', `.${language}.md`)] as string).split('\n'),
      ) as [string[], string[]];
      const levels = (lines: string[]): string[] => lines.flatMap((line) => /^#+/.exec(line) ?? []);
      should(levels(chinese)).eql(levels(english), path);
      for (const lines of [english, chinese]) {
        const anchors = new Set(lines.filter((line) => line.startsWith('#')).map(anchorOf));
        const asked = [...lines.join('\n').matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor ?? '');
        should(asked.filter((anchor) => !anchors.has(anchor))).eql([], path);
      }
    }
  });

  it('have an entry for every code of ours', () => {
    for (const path of ['docs/errors.md', 'docs/errors.zh-CN.md', 'README.md', 'README.zh-CN.md']) {
      should(OWN_CODES.filter((code) => !pages[path]?.includes(`\`${code}\``))).eql([], path);
    }
  });
});

/** The anchor that a heading gets from the hosts of such pages. */
function anchorOf(heading: string): string {
  return heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .replaceAll(' ', '-');
}
