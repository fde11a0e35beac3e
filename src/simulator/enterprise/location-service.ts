import type { Call } from './call';
import { Refused } from './errors';

/**
 * Positions of devices by did, outside `/v1` and signed with the product secret. No document has it, one shipped client
 * calls it, and its answer's fields are this simulator's reading.
 */
export function deviceFixes(call: Call): object {
  const productKey = call.required('product_key');
  if (productKey !== call.request.headers['x-gizwits-productkey']) throw new Refused(5015);
  return call
    .required('dids')
    .split(',')
    .flatMap((did) => {
      const device = call.world.device(did);
      if (!device?.place || device.product.productKey !== productKey) return [];
      const { country, region, city } = device.place;
      return [{ did, country, region, city, longitude: device.longitude, latitude: device.latitude }];
    });
}
