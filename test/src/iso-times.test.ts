import should from 'should';
import { IsoTimes } from '../../src/cloud/iso-times';

describe('ISO times', () => {
  it('are those of Date, for whatever instants in whatever order', () => {
    const times = new IsoTimes();
    const ends = [0, -1, 1, 59_999, 60_000, -62_135_596_800_000, 253_402_300_799_999, 8.64e15, -8.64e15];
    const stream = Array.from({ length: 200 }, (_, index) => 1_700_000_000_000 + index * 777);
    let seed = 1;
    const random = Array.from({ length: 2000 }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return (seed - 1_073_741_823) * 2_003;
    });
    for (const ms of [...ends, ...stream, ...random]) should(times.format(ms)).equal(new Date(ms).toISOString());
  });
});
