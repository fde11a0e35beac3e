import { bytesOf, type Coding, decodeText } from '../../cloud/bytes';
import { accepts } from '../../cloud/catalogue';
import { badInput } from '../../cloud/errors';
import { excerpt } from '../../cloud/input';

/** Raw data as `device.control` takes it: an array of 0..255, the API's default form, which needs no `binary_coding`. */
export interface RawBody {
  raw: number[];
}

/**
 * Raw data from a Buffer, another byte view, an array of 0..255, or text in `coding`. The payload goes out as it is: the
 * cloud frames it (reference notes A.3, control).
 * @throws CloudError `GIZ_BAD_INPUT` for anything else and for no bytes at all
 */
export function normaliseRaw(value: unknown, coding: Coding, field = 'raw'): RawBody {
  const bytes = typeof value === 'string' ? decodeText(value, coding) : bytesOf(value);
  const accepted = accepts('bytesOrText', { coding });
  if (!bytes) throw badInput('bytes', { field, given: excerpt(value), accepted });
  if (bytes.length === 0) throw badInput('noItems', { field, accepted });
  return { raw: [...bytes] };
}
