import should from 'should';
import { type Keyed, KeyTable } from '../../src/gizwits/push/key-table';

interface Item extends Keyed<Item> {
  readonly number: number;
}

const item = (key: number, number = key): Item => ({ key, number, next: undefined });

/** The numbers of all items with a key, newest first. */
function withKey(table: KeyTable<Item>, key: number): number[] {
  const found: number[] = [];
  for (let one = table.bucket(key); one; one = one.next) if (one.key === key) found.push(one.number);
  return found;
}

describe('key table', () => {
  it('finds what is in it and nothing else, however much it grows', () => {
    const table = new KeyTable<Item>();
    const items = Array.from({ length: 5000 }, (_, i) => item(i * 7));
    for (const one of items) table.add(one);
    for (const one of items.filter((_, i) => i % 3 === 0)) table.remove(one).should.equal(true);
    items.forEach((one, i) => {
      should(table.get(one.key)).equal(i % 3 === 0 ? undefined : one);
      should(table.get(one.key + 1)).equal(undefined);
    });
    table.size.should.equal(items.filter((_, i) => i % 3 !== 0).length);
  });

  it('keeps items of one key apart, the newest first, also when it has grown', () => {
    const table = new KeyTable<Item>();
    const same = [1, 2, 3].map((number) => item(2 ** 52 + 5, number));
    for (const one of same) table.add(one);
    for (let key = 0; key < 1000; key++) table.add(item(key));
    withKey(table, 2 ** 52 + 5).should.eql([3, 2, 1]);
    table.remove(same[1]).should.equal(true);
    withKey(table, 2 ** 52 + 5).should.eql([3, 1]);
    withKey(table, 5).should.eql([5]);
  });

  it('tells whether what is taken out was in it, and lets go of it', () => {
    const table = new KeyTable<Item>();
    const [older, newer] = [item(64, 1), item(128, 2)];
    table.remove(older).should.equal(false);
    table.add(older);
    table.add(newer);
    table.remove(newer).should.equal(true);
    should(newer.next).equal(undefined);
    table.remove(newer).should.equal(false);
    should(table.get(64)).equal(older);
    table.size.should.equal(1);
  });
});
