import type { Datapoint } from '../../src/gizwits/datapoints/schema';
import { commonText } from './text';

/** Values of a list that are shown before it is cut. */
const MOST_SHOWN = 6;

/** Name for people. */
export function datapointTitle({ name, displayName }: Datapoint): string {
  return displayName || name;
}

/** What a datapoint can be, in a few words: `16…30, step 1`. */
export function rangeText({ dataType, enum: values, min, max, step, length }: Datapoint): string {
  if (dataType === 'bool') return commonText('datapoint.bool');
  if (values) return values.length > MOST_SHOWN ? `${values.slice(0, MOST_SHOWN).join(' / ')} …` : values.join(' / ');
  if (dataType === 'binary')
    return length === undefined ? commonText('datapoint.hex') : commonText('datapoint.hexOf', { length });
  if (min === undefined || max === undefined) return dataType;
  return step === undefined || step === 1
    ? commonText('datapoint.range', { min, max })
    : commonText('datapoint.rangeStep', { min, max, step });
}
