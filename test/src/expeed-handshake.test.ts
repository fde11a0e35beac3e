import { createHash } from 'node:crypto';
import should from 'should';
import { Handshake, UsedSignatures } from '../../src/expeed/handshake';
import { record } from '../faults/support/table';
import { VirtualClock } from '../support/virtual-clock';

/** The vectors of the fact sheet: token `tok`, nonce `abc`, timestamp `1700000000`. */
const HEX = '0e001017ab4ab43afb7c4fbcc2c8add5';
const RAW = '1350fe688b45c2ae556d30197e84b6db';
const SENT_AT = 1_700_000_000;

function sign(text: string): string {
  return createHash('md5').update(createHash('sha1').update(text).digest('hex')).digest('hex');
}

describe('Expeed: registration handshake', () => {
  let clock: VirtualClock;
  let handshake: Handshake;
  const make = (token = 'tok'): Handshake => new Handshake(token, clock, new UsedSignatures(clock));

  beforeEach(() => {
    clock = new VirtualClock(SENT_AT * 1000);
    handshake = make();
  });

  const check = (query: string): unknown => {
    const result = handshake.check(query);
    return result.accepted ? result.reading : result.reason;
  };

  it('accepts both readings of the digest, in either case, and says which one matched', () => {
    should(handshake.check(`signature=${HEX}&nonce=abc&timestamp=1700000000`)).eql({
      accepted: true,
      nonce: 'abc',
      reading: 'hex',
    });
    should(check(`signature=${RAW}&nonce=abc&timestamp=1700000000`)).equal('raw');
    handshake = make();
    should(check(`signature=${HEX.toUpperCase()}&nonce=abc&timestamp=1700000000`)).equal('hex');
  });

  it('accepts the parameters in any order, percent-encoded, and beside others', () => {
    should(check(`x=1&timestamp=1700000000&nonce=%61bc&signature=${HEX}`)).equal('hex');
  });

  it('refuses every other signature of one changed bit', () => {
    for (const signature of [HEX, RAW]) {
      for (let bit = 0; bit < 128; bit++) {
        const bytes = Buffer.from(signature, 'hex');
        bytes[bit >> 3] ^= 1 << (bit & 7);
        should(check(`signature=${bytes.toString('hex')}&nonce=abc&timestamp=1700000000`)).equal('signature');
      }
    }
    record({ check: 'W74', fault: 'signature with one bit changed', inputs: 256, refused: 256 });
  });

  const malformed: Record<string, string> = {
    'nothing at all': '',
    'no signature': 'nonce=abc&timestamp=1700000000',
    'no nonce': `signature=${HEX}&timestamp=1700000000`,
    'no timestamp': `signature=${HEX}&nonce=abc`,
    'an empty nonce': `signature=${HEX}&nonce=&timestamp=1700000000`,
    'a doubled signature': `signature=${HEX}&signature=${HEX}&nonce=abc&timestamp=1700000000`,
    'a doubled nonce': `signature=${HEX}&nonce=abc&nonce=abc&timestamp=1700000000`,
    'a nonce doubled in disguise': `signature=${HEX}&nonce=abc&%6eonce=abc&timestamp=1700000000`,
    'a doubled timestamp': `signature=${HEX}&nonce=abc&timestamp=1700000000&timestamp=1700000000`,
    arrays: `signature[]=${HEX}&nonce[]=abc&timestamp[]=1700000000`,
    objects: `signature[a]=${HEX}&nonce[a]=abc&timestamp[a]=1700000000`,
    '31 digits': `signature=${HEX.slice(1)}&nonce=abc&timestamp=1700000000`,
    '33 digits': `signature=${HEX}0&nonce=abc&timestamp=1700000000`,
    'digits that are none': `signature=${'g'.repeat(32)}&nonce=abc&timestamp=1700000000`,
    'a nonce of 65 characters': `signature=${HEX}&nonce=${'a'.repeat(65)}&timestamp=1700000000`,
    'a nonce with other characters': `signature=${HEX}&nonce=a%3Cb&timestamp=1700000000`,
    'a timestamp of 9 digits': `signature=${HEX}&nonce=abc&timestamp=170000000`,
    'a timestamp of 11 digits': `signature=${HEX}&nonce=abc&timestamp=17000000000`,
    'a huge timestamp': `signature=${HEX}&nonce=abc&timestamp=1e20`,
    'a zero': `signature=${HEX}&nonce=abc&timestamp=0`,
    'a broken percent sign': `signature=${HEX}&nonce=%zz&timestamp=1700000000`,
  };
  for (const [what, query] of Object.entries(malformed)) {
    it(`refuses ${what}`, () => {
      should(check(query)).equal('parameters');
    });
  }

  it('refuses the other half of the ambiguous pair', () => {
    const signature = sign('tok121700000000');
    should(sign('tok' + '12' + '1700000000')).equal(sign('tok' + '121' + '700000000'));
    should(check(`signature=${signature}&nonce=121&timestamp=700000000`)).equal('parameters');
    should(check(`signature=${signature}&nonce=12&timestamp=1700000000`)).equal('hex');
    record({ check: 'W75', fault: 'ambiguous pair', inputs: 2, ok: 1, refused: 1 });
  });

  it('accepts five minutes either way, in seconds and milliseconds, and no more', () => {
    const at = (seconds: number, digits = ''): unknown => {
      const timestamp = `${SENT_AT + seconds}${digits}`;
      return check(`signature=${sign(`tokabc${timestamp}`)}&nonce=abc&timestamp=${timestamp}`);
    };
    should(at(-299)).equal('hex');
    should(at(299)).equal('hex');
    should(at(-301)).equal('timestamp');
    should(at(301)).equal('timestamp');
    should(at(0, '000')).equal('hex');
    should(at(301, '000')).equal('timestamp');
    record({ check: 'W76', fault: 'five minutes either way', inputs: 6, ok: 3, refused: 3 });
  });

  it('refuses a replay for as long as its timestamp would do', async () => {
    const query = `signature=${HEX}&nonce=abc&timestamp=1700000000`;
    should(check(query)).equal('hex');
    should(check(query)).equal('replay');
    should(check(query.replace(HEX, HEX.toUpperCase()))).equal('replay');
    await clock.advance(299_000);
    should(check(query)).equal('replay');
    await clock.advance(302_000);
    should(check(query)).equal('timestamp');
    record({ check: 'W77', fault: 'replayed signature', inputs: 5, ok: 1, refused: 4 });
  });

  it('does not burn a signature with a stale or forged attempt', () => {
    clock.jumpWall(400_000);
    should(check(`signature=${HEX}&nonce=abc&timestamp=1700000000`)).equal('timestamp');
    clock.jumpWall(-400_000);
    should(check(`signature=${HEX}&nonce=abc&timestamp=1700000000`)).equal('hex');
  });

  it('remembers a bounded number of signatures', () => {
    const used = new UsedSignatures(clock);
    for (let index = 0; index < 10_001; index++) should(used.take(String(index))).be.true();
    should(used.take('10000')).be.false();
    should(used.take('0')).be.true();
    record({ check: 'W78', fault: '10 001 signatures', inputs: 10_001, ok: 10_001, note: 'the oldest forgotten' });
  });

  it('refuses everything without a token', () => {
    handshake = make('');
    should(check(`signature=${sign('abc1700000000')}&nonce=abc&timestamp=1700000000`)).equal('token');
  });
});
