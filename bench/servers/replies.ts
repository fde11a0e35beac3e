// Bodies as the Enterprise API's documents print them. Latin-1 only, which the origin writes as it is.

export const PRODUCT_KEY = '34920fbd01f40072e3cf347862554017';
export const DID = 'Mavn3NpqLZ32XDEjWYb83h';

/** A look-up of a device by its mac, made 400 bytes long. */
export const device = padded(
  { product_key: PRODUCT_KEY, did: DID, mac: 'fd06c330fc77', is_online: true, passcode: 'VTQOJYYOTW', remark: '' },
  400,
);

function padded(body: Readonly<Record<string, unknown>>, length: number): string {
  const missing = length - JSON.stringify(body).length;
  return JSON.stringify({ ...body, remark: '.'.repeat(Math.max(0, missing)) });
}

const uint = (name: string, max: number): object => ({
  ...{ name, display_name: name, data_type: 'uint8', type: 'status_writable' },
  uint_spec: { min: 0, max, ratio: 1, addition: 0 },
  position: { byte_offset: 1, bit_offset: 0, len: 1, unit: 'byte' },
});

export const definition = JSON.stringify({
  name: 'air conditioner',
  product_key: PRODUCT_KEY,
  protocolType: 'standard',
  entities: [
    {
      id: 0,
      display_name: 'device',
      attrs: [
        {
          ...{ name: 'switch', display_name: 'switch', data_type: 'bool', type: 'status_writable' },
          position: { byte_offset: 0, bit_offset: 0, len: 1, unit: 'bit' },
        },
        {
          ...{ name: 'mode', display_name: 'mode', data_type: 'enum', type: 'status_writable' },
          ...{ enum: ['cool', 'heat', 'dry'], position: { byte_offset: 0, bit_offset: 1, len: 2, unit: 'bit' } },
        },
        uint('set_temp', 40),
        uint('room_temp', 100),
        uint('fan', 5),
        uint('timer', 200),
      ],
    },
  ],
});

/** Seconds between two records: a device that reports often. */
export const RECORD_EVERY_S = 10;
/** When the oldest record was made, epoch seconds. */
export const FIRST_RECORD_S = 1_760_000_000;

/**
 * One page of a device's datapoint history, newest first, paged by `skip`: the window's records among all that there
 * are.
 */
export function dataPage(path: string, records: number): string {
  const asked = new URLSearchParams(path.slice(path.indexOf('?') + 1));
  const number = (name: string, fallback: number): number => Number(asked.get(name) ?? fallback);
  const oldest = Math.max(0, Math.ceil((number('start_ts', 0) - FIRST_RECORD_S) / RECORD_EVERY_S));
  const newest = Math.min(records - 1, Math.floor((number('end_ts', 0) - FIRST_RECORD_S) / RECORD_EVERY_S));
  const total = Math.max(0, newest - oldest + 1);
  const skip = number('skip', 0);
  const limit = number('limit', 20);
  const count = Math.max(0, Math.min(limit, total - skip));
  let objects = '';
  for (let index = 0; index < count; index++) {
    const at = newest - skip - index;
    objects +=
      `${index === 0 ? '' : ','}{"attrs":{"switch":1,"mode":"cool","set_temp":26,"room_temp":${20 + (at % 9)},"fan":3,` +
      `"fault_roomtemp":0,"alert_filter":0,"timer":120},"ts":${FIRST_RECORD_S + at * RECORD_EVERY_S}}`;
  }
  const next = skip + count < total ? '"?"' : 'null';
  return (
    `{"meta":{"sort":"desc","limit":${limit},"skip":${skip},"total":${total},"did":"${DID}","next":${next},` +
    `"previous":null},"objects":[${objects}]}`
  );
}
