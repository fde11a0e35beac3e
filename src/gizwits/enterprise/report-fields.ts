import type { DateForm, Operation, Parameter } from '../../cloud/catalogue';
import { enterpriseOperations, publicOperationIds } from './operations';

/** The part of a report's operation id after the dot: `locations` for `report.locations`. */
export type ReportId =
  Extract<keyof typeof enterpriseOperations, `report.${string}`> extends `report.${infer Id}` ? Id : never;

const PREFIX = 'report.';

/** Every report, in the order of the vendor's documents. */
export const reportIds: readonly ReportId[] = Object.freeze(
  publicOperationIds.filter((id) => id.startsWith(PREFIX)).map((id) => id.slice(PREFIX.length) as ReportId),
);

/** Which fields a report takes, as the catalogue has it: for the dialog, and for the reading of a message. */
export interface ReportFields {
  operation: Operation & { id: `report.${ReportId}` };
  gid: boolean;
  /** Kinds of periods that it counts by; empty where it takes no cycle and days are meant. */
  cycles: readonly DateForm[];
  /** Names on the wire of the first and the last period; undefined where the report is of the moment. */
  range?: { start: string; end: string; required: boolean };
  /** Names of its other parameters. */
  filters: readonly string[];
  /** Whether it is a list that the cloud hands out in pages. */
  paged: boolean;
}

/** Parameters that belong to the paging and not to the author. */
const PAGING = new Set(['limit', 'skip']);

/** Undefined when there is no such report. */
export function reportFields(report: unknown): ReportFields | undefined {
  const id = reportIds.find((known) => known === report);
  if (id === undefined) return undefined;
  const operation = enterpriseOperations[`${PREFIX}${id}`] as ReportFields['operation'];
  const own = operation.parameters.filter((parameter) => !parameter.supplied && !PAGING.has(parameter.name));
  const [start, end] = own.filter(({ type }) => type === 'date');
  const cycle = own.find(({ name }) => name === 'cycle');
  const owned = new Set<Parameter | undefined>([start, end, cycle, own.find(({ name }) => name === 'gid')]);
  return {
    operation,
    gid: own.some(({ name }) => name === 'gid'),
    cycles: (cycle?.values ?? []) as DateForm[],
    ...(start && end ? { range: { start: start.name, end: end.name, required: start.required === true } } : {}),
    filters: own.filter((parameter) => !owned.has(parameter)).map(({ name }) => name),
    paged: operation.paging?.style === 'skip',
  };
}
