import {
  type Access,
  bitWidth,
  byteWidth,
  type Datapoint,
  type DatapointDesign,
  isBitField,
  type ProtocolType,
} from './datapoint';

const SECTIONS: readonly Access[] = ['status_writable', 'status_readonly', 'alert', 'fault'];

/**
 * Numbers the datapoints and places them in the frame: the sections follow each other, writable first; within a section
 * the bits are packed into one group of whole bytes, then come the numbers and binaries in the order of the definition.
 * A variable-length product has no fixed places: every offset is 0, as in all real definitions.
 */
export function layOut(designs: readonly DatapointDesign[], protocolType: ProtocolType): Datapoint[] {
  const datapoints = designs.map((design, id): Datapoint => {
    const bits = isBitField(design);
    const len = bits ? bitWidth(design) : byteWidth(design);
    return { ...design, id, position: { byte_offset: 0, bit_offset: 0, len, unit: bits ? 'bit' : 'byte' } };
  });
  if (protocolType === 'var_len') return datapoints;
  let offset = 0;
  for (const access of SECTIONS) {
    const section = datapoints.filter((datapoint) => datapoint.access === access);
    let bits = 0;
    for (const { position } of section.filter(isBitField)) {
      position.byte_offset = offset;
      position.bit_offset = bits;
      bits += position.len;
    }
    offset += Math.ceil(bits / 8);
    for (const { position } of section.filter((datapoint) => !isBitField(datapoint))) {
      position.byte_offset = offset;
      offset += position.len;
    }
  }
  return datapoints;
}
