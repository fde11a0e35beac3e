import { createRequire } from 'node:module';
import { join } from 'node:path';
import should from 'should';
import { validateAttrs } from '../../src/gizwits/datapoints/attrs';
import type { Datapoint } from '../../src/gizwits/datapoints/schema';

interface TypedValue {
  type: string;
  value: string;
}

interface Choice {
  value: string;
  options?: { value: string; label: string }[];
}

/** The editor half under test; its types belong to the editor's own project. */
interface EditorHalf {
  checkValue(datapoint: Datapoint, value: TypedValue): true | string;
  firstValue(datapoint: Datapoint | undefined): TypedValue;
  valueTypes(datapoint: Datapoint | undefined, saved?: TypedValue): (string | Choice)[];
}

const datapoints: Datapoint[] = [
  { name: 'switch', dataType: 'bool' },
  { name: 'mode', dataType: 'enum', enum: ['cool', 'heat', 'dry'] },
  { name: 'level', dataType: 'enum', enum: ['1', '2', '3'] },
  { name: 'temp', dataType: 'uint8', min: 16, max: 30, step: 1 },
  { name: 'fine', dataType: 'uint16', min: -10, max: 20.5, step: 0.5 },
  { name: 'code', dataType: 'binary', length: 4 },
  { name: 'free', dataType: 'binary' },
  { name: 'future', dataType: 'float' },
].map((fields) => ({ displayName: fields.name, access: 'writable', ...fields }));

const literals: TypedValue[] = [
  ...['true', 'false', ''].map((value) => ({ type: 'bool', value })),
  ...['', '0', '1', '16', '30', '31', '16.5', '20.5', '0.1', '-10', 'x', '1e1'].map((value) => ({
    type: 'num',
    value,
  })),
  ...['cool', '2', 'nope', '', 'a1b2', 'a1b', 'A1B2C3D4', 'a1b2c3d4e5', 'zz'].map((value) => ({ type: 'str', value })),
  ...['true', '1', '"cool"', '20', '{"a":1}', '[161,178]', '[1,256]', '{'].map((value) => ({ type: 'json', value })),
];

describe('values of the command form', () => {
  let half: EditorHalf;

  before(() => {
    Object.assign(globalThis, { RED: { _: (key: string) => key } });
    half = createRequire(__filename)(join(__dirname, '../../nodes/editor/datapoint-values.ts')) as EditorHalf;
  });
  after(() => {
    delete (globalThis as { RED?: unknown }).RED;
  });

  for (const datapoint of datapoints) {
    it(`of ${datapoint.name} are judged as the runtime judges them`, () => {
      const schema = { productKey: '', name: '', protocolType: 'standard', datapoints: [datapoint] };
      const accepts = (value: unknown): boolean => {
        try {
          validateAttrs(schema, { [datapoint.name]: value });
          return true;
        } catch {
          return false;
        }
      };
      const verdicts = literals.map((literal) => [literal, half.checkValue(datapoint, literal) === true]);
      const expected = literals.map((literal) => {
        const value = evaluated(literal);
        return [literal, value === undefined ? datapoint.name === 'future' : accepts(value)];
      });
      // A value that cannot be evaluated is told by the typed input itself, and has no form in an unknown data type.
      should(verdicts).eql(expected);
    });
  }

  it('from elsewhere are judged at run time only', () => {
    for (const type of ['msg', 'flow', 'global', 'env', 'jsonata']) {
      for (const datapoint of datapoints) should(half.checkValue(datapoint, { type, value: 'x' })).be.true();
    }
  });

  it('begin as something that the datapoint can be', () => {
    const begun = datapoints.map((datapoint) => half.firstValue(datapoint));
    should(begun.map(({ type, value }) => `${type} ${value}`)).eql([
      ...['bool true', 'str cool', 'str 1', 'num 16', 'num -10', 'str ', 'str ', 'str '],
    ]);
  });

  it('offer the form of the datapoint, and what is saved as it is', () => {
    const typesOf = (name: string, saved?: TypedValue): string[] => {
      const datapoint = datapoints.find((one) => one.name === name);
      return half.valueTypes(datapoint, saved).map((type) => (typeof type === 'string' ? type : type.value));
    };
    should(typesOf('temp')).eql(['num', 'msg', 'flow', 'global', 'env', 'jsonata']);
    should(typesOf('temp', { type: 'str', value: '5' })).containEql('str');
    should(typesOf('nothing')).containEql('json');
    const [mode] = half.valueTypes(datapoints[1], { type: 'str', value: 'turbo' }) as Choice[];
    should(mode?.options?.map(({ value }) => value)).eql(['cool', 'heat', 'dry', 'turbo']);
  });
});

/** What the runtime makes of a written-out value; undefined where it cannot. */
function evaluated({ type, value }: TypedValue): unknown {
  if (type === 'str') return value;
  if (type === 'bool') return /^true$/i.test(value);
  if (type === 'num') return value.trim() === '' || Number.isNaN(Number(value)) ? undefined : Number(value);
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
