import should from 'should';
import { LinkedList } from '../../src/cloud/linked-list';

describe('Linked list', () => {
  it('keeps the order of coming, whoever leaves', () => {
    const list = new LinkedList<string>();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((value) => list.add(value));
    c.leave();
    list.values().should.deepEqual(['a', 'b', 'd']);
    a.leave();
    list.values().should.deepEqual(['b', 'd']);
    d.leave();
    list.add('e');
    list.values().should.deepEqual(['b', 'e']);
    b.leave();
    list.values().should.deepEqual(['e']);
  });

  it('is empty when all have left', () => {
    const list = new LinkedList<string>();
    list.empty.should.be.true();
    const place = list.add('a');
    list.empty.should.be.false();
    place.leave();
    list.empty.should.be.true();
    list.values().should.deepEqual([]);
  });

  it('lets a value leave twice without harm to those that came later', () => {
    const list = new LinkedList<string>();
    const place = list.add('a');
    place.leave();
    list.add('b');
    place.leave();
    list.values().should.deepEqual(['b']);
  });

  it('leaves nothing behind on a place by which it would keep its neighbours', () => {
    const list = new LinkedList<string>();
    const [a, b] = ['a', 'b', 'c'].map((value) => list.add(value));
    b.leave();
    a.leave();
    for (const place of [a, b]) should([place.previous, place.next]).deepEqual([undefined, undefined]);
  });
});
