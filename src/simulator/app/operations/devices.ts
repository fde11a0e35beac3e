import { definition } from '../../enterprise/definition';
import { AGGREGATE_UNITS, AGGREGATORS, aggregated } from '../../world/aggregate';
import { DAY, HOUR } from '../../world/calendar';
import { isNumeric } from '../../world/datapoint';
import { rawState, toAttrs } from '../../world/state';
import type { AppCall } from '../call';
import { command, commandIn } from '../commands';
import { AppRefused, errorList } from '../errors';
import { checkProduct } from './bindings';

const LOG_SECONDS = 172_800;
const LOG_DAYS = 7;
const LOG_REACH = 5000;

/** The last values of the past 24 hours; without any, 0 and nothing. */
export function latest(call: AppCall): object {
  const device = call.device();
  const at = call.world.lastReportAt(device);
  if (at === undefined || call.now - at > DAY) return { did: device.did, updated_at: 0, attr: {} };
  // A variable-length device tells only what changed; the cloud keeps the last value of each datapoint.
  return { did: device.did, updated_at: Math.floor(at / 1000), attr: toAttrs(device, rawState(device, at)) };
}

/** The history of 2015. */
export function superseded(call: AppCall): never {
  void call.user;
  throw new AppRefused(9045);
}

export function datapoints(call: AppCall): object {
  const productKey = call.query.required('product_key');
  checkProduct(call, productKey);
  const product = call.world.product(productKey);
  if (!product) throw new AppRefused(9002);
  return definition(product);
}

export function rawData(call: AppCall): object {
  const device = call.device();
  const { query, world, cloud } = call;
  if (cloud.behaviour.published !== null) throw new AppRefused(cloud.behaviour.published);
  const type = query.choice('type', ['cmd', 'online']);
  if (type === undefined) throw new AppRefused(9015, 'type: This field is required.');
  const start = query.requiredInteger('start_time');
  const end = query.requiredInteger('end_time');
  const { limit, skip } = query.page();
  const sort = query.choice('sort', ['desc', 'asc']) ?? 'desc';
  const now = Math.floor(call.now / 1000);
  if (end > now) throw new AppRefused(9015, 'end_time must be less than or equal to now');
  if (end <= start || end - start >= LOG_SECONDS)
    throw new AppRefused(9015, 'end_time - start_time must be less than 48 hours');
  if (start < now - LOG_DAYS * 86_400) throw new AppRefused(9015, 'start_time must be within 7 days');
  if (skip + limit > LOG_REACH) throw new AppRefused(9015, 'skip + limit must be less than or equal to 5000');
  const range = [device, start * 1000, end * 1000] as const;
  const owner = world.people.held().find(({ did, isOwner }) => did === device.did && isOwner);
  const ip = `198.51.100.${device.number % 250}`;
  let total: number;
  let objects: object[];
  if (type === 'cmd') {
    const log = world.commandLog(...range);
    total = log.total;
    objects = log.page(skip, limit, sort).map(({ at, entry }) => ({
      ip,
      payload_bin: entry.frame.toString('hex'),
      type: entry.type,
      timestamp: at / 1000,
      ...(entry.type === 'app2dev' && owner && { source: 'client', uid: owner.uid, appid: owner.appid }),
    }));
  } else {
    const log = world.onlineLog(...range);
    total = log.total;
    objects = log
      .page(skip, limit, sort)
      .map(({ at, entry }) => ({ ip, type: entry.type, payload: entry.payload, timestamp: at / 1000 }));
  }
  const meta = { sort, limit, skip, total, did: device.did, type, start_time: start, end_time: end };
  if (cloud.behaviour.rawData === 'array') return { meta, objects };
  return { meta, objects: { hits: { total, objects }, took: 3, err_code: 0 } };
}

export function control(call: AppCall): object {
  const device = call.device();
  command(call.world, device, commandIn(call.body), call.origin);
  return {};
}

export function aggregate(call: AppCall): object {
  const device = call.device();
  const { query, user } = call;
  const start = query.requiredInteger('start_ts');
  const end = query.requiredInteger('end_ts');
  const attrs = query.required('attrs');
  const aggregator = query.choice('aggregator', AGGREGATORS);
  const unit = query.choice('unit', AGGREGATE_UNITS);
  if (!aggregator || !unit || end < start || end - start > 31 * DAY + HOUR) throw new AppRefused(9015);
  const names = attrs.split(',');
  for (const name of names) {
    const datapoint = device.product.datapoints.find((candidate) => candidate.name === name);
    if (!datapoint || !isNumeric(datapoint)) throw new AppRefused(9025, `attr ${name} invalid.`);
  }
  const to = Math.min(end, call.now);
  const data = aggregated(device, { from: start, to, names, aggregator, unit }).map(({ period, attrs: values }) => ({
    // Misspelt, and numbers as text: so the vendor's sample has it.
    datatime: period,
    uid: user.uid,
    product_key: device.product.productKey,
    attrs: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)])),
  }));
  return { query: { start_ts: start, end_ts: end, attrs, aggregator, unit, did: device.did }, data };
}

export function version(call: AppCall): object {
  void call.app;
  return { status: { version: '2.15.1' } };
}

export function errors(call: AppCall): object {
  void call.app;
  return errorList();
}
