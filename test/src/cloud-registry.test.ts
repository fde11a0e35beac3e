import should from 'should';
import { identityKey, Registry } from '../../src/cloud/registry';
import { VirtualClock } from '../support/virtual-clock';

class Shared {
  closed = 0;
  async close(): Promise<void> {
    this.closed++;
  }
}

describe('registry', () => {
  it('lends the same value to all of one key, and keeps it over a redeploy', async () => {
    const clock = new VirtualClock();
    const registry = new Registry<Shared>(clock);
    const first = registry.borrow('a', () => new Shared());
    const second = registry.borrow('a', () => new Shared());
    should(second.value).equal(first.value);
    should(registry.borrow('b', () => new Shared()).value).not.equal(first.value);
    first.release();
    first.release();
    await clock.advance(120_000);
    first.value.closed.should.equal(0);
    second.release();
    await clock.advance(59_000);
    const third = registry.borrow('a', () => new Shared());
    should(third.value).equal(first.value);
    await clock.advance(120_000);
    third.value.closed.should.equal(0);
    third.release();
    await clock.advance(60_000);
    third.value.closed.should.equal(1);
    should(registry.borrow('a', () => new Shared()).value).not.equal(first.value);
  });

  it('closes at once what is told to be of no use, unless somebody has borrowed it', async () => {
    const clock = new VirtualClock();
    const registry = new Registry<Shared>(clock);
    const lease = registry.borrow('a', () => new Shared());
    registry.closeUnused('a');
    registry.closeUnused('never borrowed');
    lease.value.closed.should.equal(0);
    lease.release();
    registry.closeUnused('a');
    lease.value.closed.should.equal(1);
    should(registry.find('a')).equal(undefined);
    clock.timers.should.equal(0);
  });

  it('closes everything at the end and leaves no timer', async () => {
    const clock = new VirtualClock();
    const registry = new Registry<Shared>(clock);
    const lease = registry.borrow('a', () => new Shared());
    const lingering = registry.borrow('b', () => new Shared());
    lingering.release();
    await registry.closeAll();
    lease.value.closed.should.equal(1);
    lingering.value.closed.should.equal(1);
    lease.release();
    clock.timers.should.equal(0);
    registry.size.should.equal(0);
  });

  it('passes on what the maker throws and keeps nothing', () => {
    const registry = new Registry<Shared>(new VirtualClock());
    should(() =>
      registry.borrow('a', () => {
        throw new Error('no');
      }),
    ).throw('no');
    registry.size.should.equal(0);
  });

  it('makes keys that differ for every part and show none', () => {
    const parts = { baseUrl: 'https://a', id: 'i', secret: 'geheim' };
    const key = identityKey(parts);
    key.should.match(/^[0-9a-f]{64}$/);
    identityKey({ secret: 'geheim', id: 'i', baseUrl: 'https://a' }).should.equal(key);
    identityKey({ ...parts, secret: 'geheim2' }).should.not.equal(key);
    identityKey({ ...parts, id: 'ig', secret: 'eheim' }).should.not.equal(key);
    identityKey({ ...parts, tls: '' }).should.not.equal(key);
    identityKey({ ...parts, tls: undefined }).should.equal(key);
  });
});
