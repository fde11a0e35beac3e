import should from 'should';
import { isSafeValue, nestsDeeper, quoteLongIntegers } from '../../src/expeed/json';
import { processorMs } from '../support/processor-time';

const parse = (text: string): unknown => JSON.parse(quoteLongIntegers(text));

describe('Expeed: JSON with long numbers', () => {
  it('keeps whole numbers beyond 2^53 digit by digit', () => {
    should(parse('{"message_id":9007199254740993,"n":[-9223372036854775808,1]}')).eql({
      message_id: '9007199254740993',
      n: ['-9223372036854775808', 1],
    });
  });

  it('leaves safe numbers, fractions, exponents and text alone', () => {
    const texts = [
      '{"cursor":1486958400000,"x":9007199254740991}',
      '[0.1234567890123456789,12345678901234567890.5,1e1234567890123456,1.5E-1234567890123456,-0]',
      '{"a":"12345678901234567890","b":"\\"12345678901234567890\\\\","c":"\\u0041 9007199254740993"}',
    ];
    for (const text of texts) should(quoteLongIntegers(text)).equal(text);
  });

  it('stays as invalid as it was', () => {
    for (const text of ['{"a":9007199254740993', '"9007199254740993', '9007199254740993x', '{9007199254740993}']) {
      should(() => JSON.parse(text)).throw();
      if (!text.startsWith('{9')) should(() => parse(text)).throw();
    }
  });

  it('reads hostile text in linear time', () => {
    const text = `9007199254740993 ${'"\\"\\"\\"\\"'.repeat(30_000)}${'-'.repeat(100_000)}`;
    const startedAt = processorMs();
    quoteLongIntegers(text);
    should(processorMs() - startedAt).be.below(500);
  });

  it('refuses deep values and names that reach a prototype', () => {
    should(isSafeValue({ a: [{ b: 1 }] }, 3)).be.true();
    should(isSafeValue({ a: [{ b: {} }] }, 3)).be.false();
    should(isSafeValue(JSON.parse('{"data":[{"__proto__":{"x":1}}]}'), 32)).be.false();
    should(isSafeValue({ constructor: 1 }, 32)).be.false();
    should(isSafeValue('text', 0)).be.true();
  });

  it('tells from the text alone what nests too deeply', () => {
    should(nestsDeeper('{"a":[{"b":1}]}', 3)).be.false();
    should(nestsDeeper('{"a":[{"b":{}}]}', 3)).be.true();
    should(nestsDeeper('[[],[],[[]],[{}]]', 3)).be.false();
    should(nestsDeeper('{"a":"[[[[ \\"{{{{ \\\\","b":[]}', 2)).be.false();
    should(nestsDeeper('["\\\\",[[', 2)).be.true();
    should(nestsDeeper('"[[[', 2)).be.false();
    should(nestsDeeper('', 0)).be.false();
  });
});
