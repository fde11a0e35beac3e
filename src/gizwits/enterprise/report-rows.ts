import type { DateForm } from '../../cloud/catalogue';
import { FORBIDDEN_NAMES, isPlainObject } from '../../cloud/input';
import { type LocatedFigures, treeFigures } from './location-tree';
import { type ApiRecord, badShape } from './paging';
import type { ReportId } from './report-fields';

/** One line of a flat table. */
export type Row = Record<string, string | number | boolean | null>;

/**
 * How a report is laid out:
 * - `devices`: a list of devices by day; a row a record;
 * - `series`: counts by period; a row a period, or with `places` a row a place and period;
 * - `tree`: figures of the moment by place; with `datapoints` a row a place and datapoint;
 * - `figures`: a few numbers without places; one row.
 */
interface Layout {
  form: 'devices' | 'series' | 'tree' | 'figures';
  /** The figures that every row has, 0 where the report leaves one out. Others that come are added behind. */
  figures?: readonly string[];
  places?: boolean;
  datapoints?: boolean;
}

const INCIDENTS = ['total', 'resolved', 'unresolved'];

const LAYOUTS: Readonly<Record<ReportId, Layout>> = {
  activation: { form: 'series', figures: ['count'], places: true },
  locations: { form: 'tree', figures: ['count'] },
  summary: { form: 'figures' },
  activated: { form: 'devices' },
  active: { form: 'devices' },
  liveness: { form: 'figures' },
  livenessHistory: { form: 'series', figures: ['count'], places: true },
  realtime: { form: 'tree', figures: ['activated', 'faulty', 'alert'] },
  faultDevices: { form: 'tree', figures: INCIDENTS },
  alertDevices: { form: 'tree', figures: INCIDENTS },
  faultEvents: { form: 'tree', figures: INCIDENTS, datapoints: true },
  alertEvents: { form: 'tree', figures: INCIDENTS, datapoints: true },
  newUsers: { form: 'series', figures: ['count'] },
  activeUsers: { form: 'series', figures: ['count'] },
  userLocations: { form: 'tree', figures: ['count'] },
  userTotal: { form: 'figures' },
};

/**
 * A report as rows that all have the same columns, fit for a chart or a CSV node:
 *
 * - by place: `{country, region, city, …figures}`, a row for each place that has no places below it; levels that it lacks
 *   are null. What only the levels above count (devices without a place, c28) is in the report as it is, not in rows. A
 *   report that counts something and names no place is one row without a place;
 * - by period: `{date, count}`, `date` being the day, week or month as the cloud writes it; with places
 *   `{date, country, region, city, count}`. A period without any is one row with 0;
 * - faults and alerts by datapoint: `{country, region, city, datapoint, total, resolved, unresolved}`;
 * - lists of devices: `{date, country, region, city, mac, device_sn, …}`, `date` being the record's `report_date`;
 * - figures without a place: one row, nested names joined by `_` (`new_7_day`).
 *
 * @param body the API's object, or `{objects}` with the records of a page
 * @throws CloudError GIZ_BAD_RESPONSE where the body is not of the report's form
 */
export function reportRows(report: ReportId, body: unknown, cycle: DateForm): Row[] {
  const layout = LAYOUTS[report];
  if (!isPlainObject(body)) throw badShape(report);
  switch (layout.form) {
    case 'devices':
      return recordsOf(body, 'objects').map(deviceRow);
    case 'series':
      return Array.isArray(body.data)
        ? seriesRows(layout, recordsOf(body, 'data'), cycle)
        : undocumentedRows(layout, body);
    case 'tree':
      return treeRows(layout, treeOf(report, body));
    default:
      return figureRows(body);
  }
}

/** The date of a record of a report by periods: under the cycle's name, or under `date`, or in its only text (c15). */
export function periodOf(record: ApiRecord, cycle: DateForm): string | undefined {
  const others = Object.keys(record).filter((name) => name !== 'count' && name !== 'location');
  const named = record[cycle] ?? record.date ?? (others.length === 1 ? record[others[0] as string] : undefined);
  return typeof named === 'string' || typeof named === 'number' ? String(named) : undefined;
}

/** The records of a list in a body. @throws CloudError GIZ_BAD_RESPONSE */
export function recordsOf(body: unknown, property: string): ApiRecord[] {
  const records = isPlainObject(body) ? body[property] : undefined;
  if (!Array.isArray(records) || !records.every(isPlainObject)) throw badShape(property);
  return records;
}

function deviceRow(record: ApiRecord): Row {
  const { report_date, country, region, city, mac, device_sn, created_at, ...others } = record;
  const row: Row = { date: plain(report_date), country: plain(country), region: plain(region), city: plain(city) };
  Object.assign(row, { mac: plain(mac), device_sn: plain(device_sn), created_at: plain(created_at) });
  for (const [name, value] of Object.entries(others)) if (!FORBIDDEN_NAMES.has(name)) row[name] = plain(value);
  return row;
}

function seriesRows(layout: Layout, records: readonly ApiRecord[], cycle: DateForm): Row[] {
  const located = layout.places || records.some(({ location }) => hasMembers(location));
  const rows = records.flatMap((record) => {
    const date = periodOf(record, cycle) ?? null;
    const found = treeFigures({ ...fieldsOf(record.location), count: record.count }, false);
    // A period in which nothing happened stays in the series.
    const all = found.length > 0 ? found : [{ place: [], datapoint: null, figures: new Map([['count', 0]]) }];
    return all.map((one) => ({ head: located ? { date, ...placeOf(one) } : { date }, ...one }));
  });
  return table(rows, layout);
}

function treeRows(layout: Layout, tree: unknown): Row[] {
  const found = treeFigures(tree, layout.datapoints === true);
  const rows = found.map((one) => ({
    head: layout.datapoints ? { ...placeOf(one), datapoint: one.datapoint } : placeOf(one),
    ...one,
  }));
  return table(rows, layout);
}

/** A report by place is a tree below figures of the whole; only the places of the users stand bare (#34). */
function treeOf(report: ReportId, body: ApiRecord): unknown {
  if (report === 'userLocations') return body;
  return { ...fieldsOf(body.location), count: body.count ?? body.total, detail: body.detail };
}

/** The activation report's form is documented nowhere: what else it may be is made the best of. */
function undocumentedRows(layout: Layout, body: ApiRecord): Row[] {
  return hasMembers(body.location) ? treeRows(layout, treeOf('locations', body)) : figureRows(body);
}

function figureRows(body: ApiRecord): Row[] {
  const row: Row = {};
  const collect = (fields: ApiRecord, prefix: string): void => {
    for (const [name, value] of Object.entries(fields)) {
      const key = `${prefix}${name}`;
      if (isPlainObject(value) && prefix === '') collect(value, `${key}_`);
      else if (typeof value === 'number' && !FORBIDDEN_NAMES.has(key)) row[key] = value;
    }
  };
  collect(body, '');
  return Object.keys(row).length > 0 ? [row] : [];
}

function placeOf({ place }: Pick<LocatedFigures, 'place'>): Row {
  const [country = null, region = null, city = null] = place;
  return { country, region, city };
}

/** Puts figures behind the heads, the same ones in every row. */
function table(rows: readonly { head: Row; figures: ReadonlyMap<string, number> }[], layout: Layout): Row[] {
  const names = new Set(layout.figures);
  for (const { figures } of rows) for (const name of figures.keys()) names.add(name);
  return rows.map(({ head, figures }) => {
    const row = { ...head };
    for (const name of names) row[name] = figures.get(name) ?? 0;
    return row;
  });
}

function plain(value: unknown): Row[string] {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}

function fieldsOf(value: unknown): ApiRecord {
  return isPlainObject(value) ? value : {};
}

function hasMembers(value: unknown): boolean {
  return isPlainObject(value) && Object.keys(value).length > 0;
}
