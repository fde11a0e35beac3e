import { bitWidth, type Datapoint, isNumeric, toValue } from '../world/datapoint';
import type { Product } from '../world/products';

type Json = Record<string, unknown>;

function attribute(datapoint: Datapoint): Json {
  const { id, name, displayName, access, dataType, choices, position } = datapoint;
  return {
    display_name: displayName,
    name,
    data_type: dataType,
    position: {
      bit_offset: position.bit_offset,
      len: position.len,
      unit: position.unit,
      byte_offset: position.byte_offset,
    },
    type: access,
    id,
    desc: '.....',
    ...(dataType === 'enum' && { enum: choices }),
    ...(isNumeric(datapoint) && {
      uint_spec: {
        addition: datapoint.addition ?? 0,
        max: datapoint.max ?? 255,
        ratio: datapoint.ratio ?? 1,
        min: datapoint.min ?? 0,
      },
    }),
  };
}

function control(datapoint: Datapoint): Json {
  const { name, displayName, dataType, access, choices = [], length = 1 } = datapoint;
  const key = `entity0.${name}`;
  const perm = access === 'status_writable' ? 'W' : 'N';
  const base = { object: { action: 'entity0', bind: [key], perm }, key, title: displayName };
  if (dataType === 'bool') return { ...base, type: 'QBooleanElement', boolValue: false };
  if (dataType === 'enum') return { ...base, type: 'QRadioElement', items: choices.slice(0, 2 ** bitWidth(datapoint)) };
  if (dataType === 'binary') return { ...base, type: 'QMultilineElement', maxLength: 2 * length };
  const min = toValue(datapoint, datapoint.min ?? 0);
  const max = toValue(datapoint, datapoint.max ?? 255);
  return {
    ...base,
    object: { ...base.object, unit_spec: { min, max, step: datapoint.ratio ?? 1 } },
    type: 'QFloatElement',
    keyboardType: 'NumbersAndPunctuation',
    bind: 'floatValue:float',
    minimumValue: min,
    maximumValue: max,
    value: 0,
  };
}

/** The datapoint definition of a product, as the Enterprise API and the Open API both print it. */
export function definition(product: Product): Json {
  const visible = product.datapoints.filter(
    ({ access }) => access === 'status_writable' || access === 'status_readonly',
  );
  return {
    name: product.name,
    name_en: product.nameEn,
    entities: [{ id: 0, display_name: '机智云开发套件', attrs: product.datapoints.map(attribute), name: 'entity0' }],
    protocolType: product.protocolType,
    product_key: product.productKey,
    packetVersion: '0x00000004',
    ui: { object: { version: 4, showEditButton: false }, sections: [{ elements: visible.map(control) }] },
  };
}
