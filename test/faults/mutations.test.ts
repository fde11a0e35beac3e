import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import should from 'should';

interface Mutation {
  name: string;
  file: string;
  find: string;
  test: string;
}

const root = join(__dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the mutations', () => {
  it('still fit the sources: each text stands in its file exactly once, and its test is there', async () => {
    const { mutations } = (await import(join(__dirname, 'mutation-list.mjs'))) as { mutations: Mutation[] };
    mutations.length.should.be.above(20);
    const unfit = mutations.filter(({ file, find }) => read(file).split(find).length !== 2);
    should(unfit.map(({ name }) => name)).eql([]);
    for (const { test } of mutations) read(test).should.match(/describe\(/);
  });
});
