// biome-ignore-all lint/style/noNonNullAssertion: an undefined value fails the test on the spot
import should from 'should';
import { toRawNumber, toValue } from '../../../src/simulator/world/datapoint';
import {
  decodeFrame,
  decodeReport,
  decodeWrite,
  encodeFrame,
  encodeReport,
  encodeWrite,
} from '../../../src/simulator/world/frame';
import { makeProducts, type Product } from '../../../src/simulator/world/products';
import documents from '../../fixtures/documents/enterprise-2021.json';

const [airConditioner, chargingPile, irrigation] = makeProducts() as [Product, Product, Product];

describe('simulator: device frames', () => {
  it('the documents’ report frame and data record are the same instant of the same device', () => {
    const frame = decodeFrame(Buffer.from(documents['device.commands'].objects[1]!.payload, 'hex'))!;
    const values = decodeReport(airConditioner, frame.payload)!;
    const attrs = Object.fromEntries(
      airConditioner.datapoints.map((datapoint) => [datapoint.name, toValue(datapoint, values.get(datapoint.name)!)]),
    );
    attrs.should.eql(documents['device.data'].objects[0]!.attrs);
    encodeFrame(frame.command, encodeReport(airConditioner, values))
      .toString('hex')
      .should.equal('000000030b0000910401000010000000');
  });

  it('the documents’ command frames are written and read', () => {
    const current = new Map([
      ['switch', 0],
      ['set_temp', 16],
    ]);
    encodeFrame(0x90, encodeWrite(airConditioner, new Map([['switch', 1]]), current))
      .toString('hex')
      .should.equal(documents['device.commands'].objects[0]!.payload);
    encodeFrame(0x90, encodeWrite(airConditioner, new Map([['mode', 0]]), current))
      .toString('hex')
      .should.equal('0000000309000090010200000010');
    encodeFrame(0x90, Buffer.from([2]))
      .toString('hex')
      .should.equal('000000030400009002');
    const write = decodeWrite(airConditioner, Buffer.from('010101000010', 'hex'))!;
    [...write].should.eql([['switch', 1]]);
  });

  it('places the air conditioner’s datapoints as the golden frame needs them', () => {
    const at = (name: string): [number, number] => {
      const { byte_offset, bit_offset } = airConditioner.datapoints.find(
        (datapoint) => datapoint.name === name,
      )!.position;
      return [byte_offset, bit_offset];
    };
    at('fan_swing').should.eql([0, 5]);
    at('set_temp').should.eql([3, 0]);
    at('room_temp').should.eql([4, 0]);
    at('alert_shutdown').should.eql([5, 1]);
    at('fault_roomtemp').should.eql([6, 0]);
  });

  it('a bit group wider than a byte has its first bits in its last byte', () => {
    const screen = chargingPile.datapoints.find(({ name }) => name === 'screen')!;
    screen.position.should.eql({ byte_offset: 0, bit_offset: 7, len: 3, unit: 'bit' });
    const tariff = chargingPile.datapoints.find(({ name }) => name === 'tariff')!;
    tariff.position.bit_offset.should.be.above(7);
    const write = encodeWrite(chargingPile, new Map([['enabled', 1]]), new Map());
    // Action, two bytes of flags for twelve writable datapoints, then the group's two bytes.
    write.subarray(0, 5).toString('hex').should.equal('0100010001');
  });

  it('reports and writes of every product come back as they were', () => {
    for (const product of [airConditioner, chargingPile, irrigation]) {
      const values = new Map(
        product.datapoints.map(({ name, dataType, max, choices, length }) => [
          name,
          dataType === 'binary' ? Buffer.alloc(length!, 0xa5) : dataType === 'enum' ? choices!.length - 1 : (max ?? 1),
        ]),
      );
      decodeReport(product, encodeReport(product, values))!.should.eql(values);
      const writable = product.datapoints.filter(({ access }) => access === 'status_writable');
      for (const { name } of writable) {
        const one = new Map([[name, values.get(name)!]]);
        decodeWrite(product, encodeWrite(product, one, values))!.should.eql(one);
      }
    }
  });

  it('a variable-length report names only what it holds', () => {
    const values = new Map([['soil_moisture', 41]]);
    const payload = encodeReport(irrigation, values);
    payload.toString('hex').should.equal('1400008029');
    decodeReport(irrigation, payload)!.should.eql(values);
  });

  it('lengths above 127 take two bytes; torn frames are none', () => {
    const frame = encodeFrame(0x91, Buffer.alloc(300, 7));
    frame.subarray(4, 6).toString('hex').should.equal('af02');
    decodeFrame(frame)!.payload.length.should.equal(300);
    should(decodeFrame(frame.subarray(0, -1))).be.undefined();
    should(decodeFrame(Buffer.concat([frame, Buffer.from([0])]))).be.undefined();
    should(decodeFrame(Buffer.from('00000004040000900200', 'hex'))).be.undefined();
    should(decodeReport(airConditioner, Buffer.from('0401', 'hex'))).be.undefined();
  });

  it('engineering values: fractional ratio, negative addition', () => {
    const temperature = chargingPile.datapoints.find(({ name }) => name === 'gun_temp')!;
    toValue(temperature, 555).should.equal(15.5);
    toRawNumber(temperature, 15.5).should.equal(555);
    const price = chargingPile.datapoints.find(({ name }) => name === 'price')!;
    toValue(price, 8443).should.equal(0.8443);
    toRawNumber(price, 0.8443).should.equal(8443);
  });
});
