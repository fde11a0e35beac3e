import should from 'should';
import type { CloudError } from '../../src/cloud/errors';
import { AddressList } from '../../src/expeed/address-list';
import { normalPath, RouteTable } from '../../src/expeed/route-table';
import { processorMs } from '../support/processor-time';

describe('Expeed: addresses that may call', () => {
  const list = new AddressList(['192.0.2.7', '198.51.100.0/24', '2001:db8::/32', '::1', '::ffff:203.0.113.9']);

  for (const address of ['192.0.2.7', '::ffff:192.0.2.7', '198.51.100.200', '2001:db8:1::9', '::1', '203.0.113.9']) {
    it(`lets ${address} in`, () => should(list.has(address)).be.true());
  }
  for (const address of [
    '192.0.2.8',
    '198.51.101.1',
    '::ffff:198.51.101.1',
    '2001:db9::1',
    '::2',
    '',
    'x',
    undefined,
  ]) {
    it(`keeps ${address} out`, () => should(list.has(address)).be.false());
  }
  it('lets nobody in when it is empty', () => should(new AddressList([]).has('127.0.0.1')).be.false());

  for (const entry of [
    '',
    'localhost',
    '192.0.2',
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/x',
    '192.0.2.0/24/1',
    '::/129',
    '*',
  ]) {
    it(`refuses to be made of ${JSON.stringify(entry)}`, () => {
      should(() => new AddressList([entry])).throw({ code: 'GIZ_CONFIG', message: /allowFrom/ });
    });
  }
});

describe('Expeed: paths of webhooks', () => {
  it('gives a path to the first that asks and refuses the second, which takes nothing away', () => {
    const table = new RouteTable<string>();
    const leave = table.join('/expeed', 'first');
    should(() => table.join('/expeed/', 'second')).throw({ code: 'GIZ_CONFIG', message: /\/expeed/ });
    should(table.find('/expeed')).equal('first');
    leave();
    should(table.find('/expeed')).be.undefined();
    const again = table.join('expeed', 'third');
    leave();
    should(table.find('/expeed/')).equal('third');
    again();
    should(table.size).equal(0);
  });

  it('compares paths literally, apart from slashes at the end', () => {
    const table = new RouteTable<string>();
    table.join('/a/:b', 'x');
    should(table.find('/a/:b')).equal('x');
    should(table.find('/a/c')).be.undefined();
    should(table.find('/A/:b')).be.undefined();
    should(table.find('/')).be.undefined();
    table.join('/', 'root');
    should(table.find('/')).equal('root');
    should(table.find('///')).equal('root');
  });

  it('reads hostile paths in linear time', () => {
    const table = new RouteTable<string>();
    const startedAt = processorMs();
    for (let round = 0; round < 100; round++) table.find(`${'/'.repeat(16_000)}x`);
    should(processorMs() - startedAt).be.below(200);
  });

  for (const path of [
    '/a b',
    '/a?b',
    '/a#b',
    '/..',
    '/a/../b',
    '/./a',
    '/%zz',
    '/中文',
    `/${'a'.repeat(300)}`,
    '/a\nb',
  ]) {
    it(`refuses ${JSON.stringify(path.slice(0, 20))}`, () => {
      should(() => normalPath(path)).throw({ code: 'GIZ_CONFIG' });
    });
  }
  it('adds the slash that is missing', () => {
    should(normalPath(' expeed/x/ ')).equal('/expeed/x');
    should(normalPath('/%E4%B8%AD')).equal('/%E4%B8%AD');
    should(
      (() => {
        try {
          return normalPath('/..');
        } catch (error) {
          return (error as CloudError).message;
        }
      })(),
    ).match(/path/);
  });
});
