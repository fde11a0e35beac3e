import { createCipheriv, createHash } from 'node:crypto';
import type { Device } from '../world/device';
import type { Refusal, World } from '../world/world';
import type { SnotiCommand, SnotiEvent, SnotiSource } from './source';

/** Reasons in the `failed` list. Only the one for offline devices is known from a client; the others are invented. */
const REASONS: Record<Refusal, string | undefined> = {
  offline: 'Did is offline',
  disabled: 'Did is disabled',
  'attr-unknown': undefined,
  'attr-invalid': undefined,
  'raw-invalid': undefined,
};

export interface WorldSourceOptions {
  /** Whether `data` of raw events is `{raw}`, as captured, or the bare text of the document. */
  rawShape(): 'object' | 'text';
  /** Whether commands sent over the push connection come back as app2dev events; no document lists their source. */
  tellsOwnCommands(): boolean;
}

/** The simulated world as the push service sees it. */
export function worldSource(
  world: () => World,
  products: SnotiSource['products'],
  options: WorldSourceOptions,
): SnotiSource {
  return {
    products,
    enterprise: world().enterprise,
    listen: (take) => listen(world(), options, take),
    control: (command) => control(world(), command),
  };
}

function control(world: World, { productKey, did, mac, attrs, raw, coding }: SnotiCommand): string | undefined {
  const device = world.device(did);
  if (device?.product.productKey !== productKey) return 'Did is not found';
  if (device.mac !== mac) return 'Mac does not match did';
  const command = attrs === undefined ? { raw, coding } : { attrs, coding };
  const result = world.control(device, command, { source: 'noti' });
  return result.accepted ? undefined : (REASONS[result.reason] ?? result.detail);
}

function listen(world: World, options: WorldSourceOptions, take: (event: SnotiEvent) => void): () => void {
  const rawData = (frame: Buffer): unknown => {
    const raw = frame.toString('base64');
    return options.rawShape() === 'object' ? { raw } : raw;
  };
  const tell = (
    [subscription, eventType]: readonly [string, string],
    { device, at }: { device: Device; at: number },
    members: Record<string, unknown> = {},
  ): void => {
    const { did, mac, product } = device;
    take({ subscription, eventType, productKey: product.productKey, did, mac, at, members });
  };
  const grouped = { group_id: null };

  const stops = [
    world.events.on('online', (event) => {
      const { country = '', region = '', city = '' } = event.place ?? {};
      tell(['device.online', 'device_online'], event, { ...grouped, ip: event.ip, country, region, city });
    }),
    world.events.on('offline', (event) => tell(['device.offline', 'device_offline'], event, grouped)),
    world.events.on('report', (event) =>
      tell(['device.status.kv', 'device_status_kv'], event, { ...grouped, data: event.attrs }),
    ),
    world.events.on('passThrough', (event) =>
      tell(['device.status.raw', 'device_status_raw'], event, { ...grouped, data: rawData(event.frame) }),
    ),
    world.events.on('incident', (event) => {
      const { kind, eventId, name, displayName, raised } = event;
      const data = { attr_name: name, attr_displayname: displayName, value: raised ? 1 : 0 };
      tell([`device.attr_${kind}`, `attr_${kind}`], event, { event_id: eventId, ...grouped, data });
    }),
    world.events.on('command', (event) => {
      const { source, appid, uid, enterpriseId, attrs, frame } = event;
      if (source === 'noti' && !options.tellsOwnCommands()) return;
      const sender = { ...grouped, source, appid, uid, enterprise_id: enterpriseId };
      if (attrs) tell(['device.app2dev.kv', 'app2dev_kv'], event, { ...sender, data: attrs });
      else tell(['device.app2dev.raw', 'app2dev_raw'], event, { ...sender, data: frame.toString('base64') });
    }),
    world.events.on('bind', (event) =>
      tell(['device.bind', 'device_bind'], event, { app_id: event.appid, uid: event.uid, ...grouped }),
    ),
    world.events.on('unbind', (event) =>
      tell(['device.unbind', 'device_unbind'], event, { app_id: event.appid, uid: event.uid, ...grouped }),
    ),
    world.events.on('reset', (event) => tell(['device.reset', 'device_reset'], event)),
    world.events.on('subDeviceAdded', (event) =>
      tell(['center_control.sub_device_added', 'sub_device_added'], event, {
        ...childOf(event.child),
        child_passcode: sealedPasscode(event.device, event.child),
      }),
    ),
    world.events.on('subDeviceDeleted', (event) =>
      tell(['center_control.sub_device_deleted', 'sub_device_deleted'], event, childOf(event.child)),
    ),
    world.events.on('fileDownload', (event) =>
      tell(['device.file.download', 'device_file_download'], event, { download_url: event.url }),
    ),
    world.events.on('gps', (event) => {
      const { longitude, latitude, hdop, satellites } = event;
      const data = { longitude, latitude, hdop, num_satellites: satellites, payload: '' };
      tell(['device.gps.kv', 'device_gps_kv'], event, { data });
    }),
    world.events.on('lbs', (event) => {
      const { longitude, latitude, signal, place } = event;
      const { country, region: province, city } = place;
      const unknown = { district: '', adcode: '', road: '', street: '', poi: '', imsi: '' };
      tell(['device.lbs.kv', 'device_lbs_kv'], event, {
        data: { longitude, latitude, country, province, city, ...unknown, signal },
      });
    }),
    world.events.on('datapointsChanged', ({ productKey, at }) =>
      take({ subscription: 'datapoints.changed', eventType: 'datapoints_changed', productKey, at, members: {} }),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function childOf({ product, did, mac }: Device): Record<string, string> {
  return { child_product_key: product.productKey, child_did: did, child_mac: mac };
}

/** AES in ECB mode with PKCS#7 padding, under the MD5 of the gateway's passcode. */
function sealedPasscode(gateway: Device, child: Device): string {
  const key = createHash('md5').update(gateway.passcode).digest();
  const cipher = createCipheriv('aes-128-ecb', key, null);
  return Buffer.concat([cipher.update(child.passcode), cipher.final()]).toString('base64');
}
