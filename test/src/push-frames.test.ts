import should from 'should';
import { FrameReader, MAX_DEPTH } from '../../src/gizwits/push/frame-reader';
import { LineSplitter } from '../../src/gizwits/push/line-splitter';
import { record } from '../faults/support/table';
import { processorMs } from '../support/processor-time';

const MIB = 2 ** 20;

/** All lines that come out of the chunks, as text. */
function linesOf(chunks: readonly Buffer[], maxBytes = MIB): string[] {
  const splitter = new LineSplitter(maxBytes);
  const lines: string[] = [];
  for (const chunk of chunks) {
    splitter.push(chunk, (bytes, from, to) => lines.push(bytes.toString('utf8', from, to))).should.be.true();
  }
  return lines;
}

/** The same by decoding each chunk on its own, as a careless reader does. */
function linesByChunk(chunks: readonly Buffer[]): string[] {
  const parts = chunks.map(String).join('').split('\n');
  parts.pop();
  return parts;
}

const EVENT =
  '{"cmd":"event_push","delivery_id":7,"event_type":"device_status_kv","product_key":"0123456789abcdef0123456789abcdef",' +
  '"did":"AbCdEfGhIjKlMnOpQrStUv","mac":"0123456789ab","created_at":1.49994106739599990845e+09,"data":{"模式":"开关😀","n":1}}';

function read(text: string | Buffer) {
  const reader = new FrameReader();
  return { kind: reader.read(Buffer.from(text)), reader };
}

describe('push line splitter', () => {
  const bytes = Buffer.from(`${EVENT}\n{"cmd":"pong"}\n`);

  it('gives the same lines whatever the split point', () => {
    for (let at = 0; at <= bytes.length; at++) {
      linesOf([bytes.subarray(0, at), bytes.subarray(at)]).should.eql([EVENT, '{"cmd":"pong"}']);
    }
    record({
      check: 'P56',
      fault: 'every split point of a frame',
      inputs: bytes.length + 1,
      ok: bytes.length + 1,
      lost: 0,
    });
  });

  it('gives the same lines byte by byte', () => {
    linesOf([...bytes].map((byte) => Buffer.from([byte]))).should.eql([EVENT, '{"cmd":"pong"}']);
  });

  it('is checked by something that decoding chunk by chunk fails', () => {
    const spoilt = [...bytes.keys()].filter(
      (at) => linesByChunk([bytes.subarray(0, at), bytes.subarray(at)])[0] !== EVENT,
    );
    spoilt.length.should.be.above(5);
  });

  it('accepts a line of the limit and refuses one byte more, in one chunk or in many', () => {
    for (const step of [1000, 70_000, 2 * MIB]) {
      const split = (size: number): boolean => {
        const line = Buffer.concat([Buffer.alloc(size, 'x'), Buffer.from('\n')]);
        const splitter = new LineSplitter(MIB);
        for (let from = 0; from < line.length; from += step) {
          if (!splitter.push(line.subarray(from, from + step), (_, start, end) => (end - start).should.equal(size)))
            return false;
        }
        return true;
      };
      split(MIB - 1).should.be.true();
      split(MIB).should.be.true();
      split(MIB + 1).should.be.false();
    }
    record({ check: 'P58', fault: '1 MB, and one byte more', inputs: 9, ok: 6, refused: 3 });
  });

  it('stalls no more than 50 ms over 16 MB in chunks of 1 KB, with a limit and without', () => {
    const chunk = Buffer.alloc(1024, 'x');
    for (const limit of [MIB, 32 * MIB]) {
      const splitter = new LineSplitter(limit);
      let longest = 0;
      let refused = false;
      const begun = processorMs();
      for (let i = 0; i < 16 * 1024 && !refused; i++) {
        const before = processorMs();
        refused = !splitter.push(chunk, () => undefined);
        longest = Math.max(longest, processorMs() - before);
      }
      refused.should.equal(limit === MIB);
      record({
        check: 'P58',
        fault: `16 MB, limit ${limit / MIB} MB`,
        inputs: 1,
        note: `stall ${longest.toFixed(1)} ms`,
      });
      longest.should.be.below(50);
      // Copying what is there with each chunk takes minutes.
      (processorMs() - begun).should.be.below(2000);
      splitter.pendingBytes.should.be.belowOrEqual(limit);
    }
  });
});

describe('push frame reader', () => {
  it('survives what is not a frame', () => {
    const kinds = ['', '\r', ' \t', '\0\0', '\uFEFF'].map((text) => read(text).kind);
    should(new Set(kinds)).eql(new Set(['blank']));
    for (const text of [
      '<html>',
      '[]',
      'null',
      '"x"',
      '12',
      '{',
      '}',
      '{"a"',
      '{"a":}',
      '{"a":1}}',
      '{a:1}',
      '{"a":"b}',
      '{"a":[1,2}',
      '{"a" "b"}',
      '{"cmd":"event_push" "delivery_id":1}',
      '{"a":1}{"b":2}',
    ]) {
      read(text).kind.should.equal('garbage', text);
    }
    read('No Heartbeat!\r').kind.should.equal('no-heartbeat');
    record({ check: 'P59', fault: 'lines that are no frames', inputs: 22, refused: 22, note: 'all skipped' });
  });

  it('survives random bytes', () => {
    let seed = 12345;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    const alphabet = '{}[]":,\\ \r\0a1é睡\uFEFF';
    const reader = new FrameReader();
    for (let i = 0; i < 50_000; i++) {
      let text = '';
      for (let length = random(20); length > 0; length--) text += alphabet[random(alphabet.length)];
      const line = i % 3 === 0 ? Buffer.from(text) : Buffer.from(`{"cmd":"x","a":${text}}`);
      const kind = reader.read(line);
      // What is called a frame is what the language's own parser calls an object.
      if (kind === 'frame')
        should(
          typeof JSON.parse(
            line
              .toString()
              .replace(/[\uFEFF\0]/g, '')
              .trim(),
          ),
        ).equal('object');
    }
    record({ check: 'P59', fault: 'random bytes', inputs: 50_000, note: 'none ends the reader' });
  });

  it('takes off CRLF, byte order mark and NUL', () => {
    for (const text of [
      '{"cmd":"pong"}\r',
      '\uFEFF{"cmd":"pong"}',
      '\0\0{"cmd":"pong"}\0',
      ' \uFEFF {"cmd":"pong"} ',
    ]) {
      const { kind, reader } = read(text);
      kind.should.equal('frame');
      reader.body.should.eql({ cmd: 'pong' });
    }
    record({ check: 'P57', fault: 'CRLF, byte order mark, NUL', inputs: 4, ok: 4, lost: 0 });
  });

  it('keeps ids as they are written', () => {
    for (const id of [
      '1',
      '9007199254740993',
      '123456789012345678901234567890',
      '-5',
      '-0',
      '1e2',
      '1.50',
      '"12"',
      '"a\\/b\\u00e9"',
      '"开关"',
    ]) {
      const { reader } = read(`{"cmd":"event_push","delivery_id":${id},"msg_id" : ${id} ,"data":{"delivery_id":99}}`);
      [reader.deliveryToken, reader.messageToken].should.eql([id, id]);
    }
    for (const id of ['null', 'true', '{}', '[1]']) {
      const { reader } = read(`{"delivery_id":${id},"msg_id":${id}}`);
      [reader.deliveryToken, reader.messageToken].should.eql(['', '']);
    }
    const { reader } = read('{"cmd":"event_push","data":{"delivery_id":1,"msg_id":"x"}}');
    [reader.deliveryToken, reader.messageToken].should.eql(['', '']);
    // Of doubled members the last one counts, as in the parsed body.
    read('{"delivery_id":1,"delivery_id":2}').reader.deliveryToken.should.equal('2');
    record({ check: 'P60', fault: 'ids beyond 2^53, text, missing', inputs: 16, ok: 11, refused: 5 });
  });

  it('hashes everything but the two ids, whatever the order', () => {
    const hash = (text: string): number => read(text).reader.hash;
    const base = hash('{"cmd":"e","delivery_id":1,"msg_id":"a","did":"d","data":{"x":1}}');
    hash('{"data":{"x":1},"did":"d","delivery_id":2,"cmd":"e","msg_id":"b"}').should.equal(base);
    hash('{"cmd":"e","delivery_id":1,"did":"d","data":{"x":1}}').should.equal(base);
    hash('{"cmd":"e","delivery_id":1,"msg_id":"a","did":"d","data":{"x":2}}').should.not.equal(base);
    hash('{"cmd":"e","delivery_id":1,"msg_id":"a","did":"D","data":{"x":1}}').should.not.equal(base);
    hash('{"cmd":"e","delivery_id":1,"msg_id":"a","did":"d","data":{"x":1},"more":0}').should.not.equal(base);
    // Values that change places are another event.
    hash('{"a":"1","b":"2"}').should.not.equal(hash('{"a":"2","b":"1"}'));
  });

  it('tells 200 000 near-equal events apart', () => {
    const reader = new FrameReader();
    const seen = new Set<number>();
    for (let i = 0; i < 200_000; i++) {
      reader.read(Buffer.from(`{"cmd":"event_push","delivery_id":1,"created_at":1.5e9,"data":{"n":${i}}}`));
      seen.add(reader.hash);
    }
    seen.size.should.equal(200_000);
  });

  it('notices nesting that no message may have, and reads the scalars of such a line', () => {
    const nested = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
    read(nested(MAX_DEPTH)).kind.should.equal('frame');
    read(nested(MAX_DEPTH + 1)).kind.should.equal('deep');
    const deep = `{"cmd":"event_push","delivery_id":5,"did":"d","data":${'['.repeat(4000)}${']'.repeat(4000)}}`;
    const { kind, reader } = read(deep);
    kind.should.equal('deep');
    reader.body.should.eql({ cmd: 'event_push', delivery_id: 5, did: 'd' });
    reader.deliveryToken.should.equal('5');
    // Brackets in a text do not count.
    read(`{"a":"${'['.repeat(100)}"}`).kind.should.equal('frame');
  });

  it('leaves out members named __proto__, however written', () => {
    for (const text of [
      '{"cmd":"x","data":{"__proto__":{"polluted":1},"a":1}}',
      '{"cmd":"x","data":{"\\u005f_proto__":{"polluted":1},"a":1}}',
      '{"cmd":"x","data":{"__pr\\u006fto__":{"polluted":1},"a":1}}',
    ]) {
      const { reader } = read(text);
      reader.body.should.eql({ cmd: 'x', data: { a: 1 } });
      Object.hasOwn(reader.body.data as object, '__proto__').should.be.false();
    }
    record({ check: 'P62', fault: '__proto__ in data', inputs: 3, ok: 3, note: 'left out' });
  });
});
