import type { Parameter } from '../src/cloud/catalogue';
import { type ReportFields, reportFields, reportIds } from '../src/gizwits/enterprise/report-fields';
import { prepareDialog } from './editor/dialog';
import { CATEGORY, COLOR, labelStyle, outputOf } from './editor/family';
import { currentValue, fieldOf } from './editor/fields';
import { filterField } from './editor/filter-field';
import { operationSummary, operationTitle } from './editor/operations';
import { pickIds } from './editor/pick-ids';
import { leaveUntouched } from './editor/saved-values';
import { commonText, setText } from './editor/text';
import { FILTER_TYPES, ID_TYPES, TIME_TYPES, typedField } from './editor/typed-fields';
import { type Check, jsonObject, time, typed } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface ReportProperties {
  name: string;
  configVersion: number;
  product: string;
  report: string;
  gid: string;
  gidType: string;
  cycle: string;
  cycleType: string;
  start: string;
  startType: string;
  end: string;
  endType: string;
  filters: string;
  filtersType: string;
  format: string;
  output: string;
}

const text = (key: string, params?: Record<string, string>): string => setText('gizwits-report', key, params);

/** What the chosen report takes; undefined for a word that no report has. */
const fieldsOf = (node: EditorNode<object>): ReportFields | undefined => reportFields(currentValue(node, 'report'));
const takesRange = (node: EditorNode<object>): boolean => fieldsOf(node)?.range !== undefined;

/** A time, or a period as the reports write it: `2026-05`. */
const period: Check = (value) => (/^\d{4}-\d{2}$/.test(value) ? undefined : time(value));

RED.nodes.registerType<ReportProperties>('gizwits-report', {
  category: CATEGORY,
  color: COLOR,
  icon: 'gizwits-report.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-report') },
    product: { value: '', type: 'gizwits-product', required: true, label: commonText('label.product') },
    report: { value: 'summary' },
    gid: { value: '', label: text('label.gid'), validate: typed('gid', { applies: (node) => !!fieldsOf(node)?.gid }) },
    gidType: { value: 'str' },
    cycle: { value: 'date' },
    cycleType: { value: 'str' },
    start: {
      value: '-7d',
      label: text('label.start'),
      validate: typed('start', { literals: { str: period, num: time }, applies: takesRange }),
    },
    startType: { value: 'str' },
    end: {
      value: '-1d',
      label: text('label.end'),
      validate: typed('end', { literals: { str: period, num: time }, applies: takesRange }),
    },
    endType: { value: 'str' },
    filters: {
      value: '{}',
      label: text('label.filters'),
      validate: typed('filters', {
        literals: { json: jsonObject },
        applies: (node) => (fieldsOf(node)?.filters.length ?? 0) > 0,
      }),
    },
    filtersType: { value: 'json' },
    format: { value: 'raw' },
    output: { value: 'array' },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: () => text('palette'),
  label() {
    return this.name || (reportFields(this.report) ? operationTitle(`report.${this.report}`) : text('palette'));
  },
  labelStyle() {
    return labelStyle(this);
  },
  inputLabels: () => text('port.input'),
  outputLabels() {
    const isList = this.format === 'rows' || reportFields(this.report)?.paged;
    return isList ? commonText(`port.${outputOf(this.output)}`) : text('port.raw');
  },
  oneditprepare() {
    const report = fieldOf(this, 'report');
    for (const id of reportIds)
      $('<option>')
        .val(id)
        .text(operationTitle(`report.${id}`))
        .appendTo(report);
    prepareDialog(this, () => {
      typedField(this, 'gid', ID_TYPES);
      cycleField(this);
      typedField(this, 'start', TIME_TYPES);
      typedField(this, 'end', TIME_TYPES);
      typedField(this, 'filters', FILTER_TYPES);
      pickIds(this, 'gid', { kind: () => 'group' });
      filterField(this, 'filters', () => filtersOf(fieldsOf(this)));
      const takes = (what: (fields: ReportFields) => boolean) => () => {
        const fields = fieldsOf(this);
        return String(fields === undefined || what(fields));
      };
      const refresh = bindVisibility(this, {
        takesGid: takes(({ gid }) => gid),
        takesCycle: takes(({ cycles }) => cycles.length > 0),
        takesRange: takes(({ range }) => range !== undefined),
        takesFilters: takes(({ filters }) => filters.length > 0),
        paged: takes(({ paged }) => paged),
        list: () => String(currentValue(this, 'format') === 'rows' || fieldsOf(this)?.paged === true),
      });
      const describe = (): void => {
        const fields = fieldsOf(this);
        $('#gizwits-report-summary').text(fields ? operationSummary(fields.operation) : '');
        $('#gizwits-report-filters').text(text('hint.filters', { names: fields?.filters.join(', ') ?? '' }));
        refresh();
      };
      report.on('change', describe);
      fieldOf(this, 'format').on('change', refresh);
      describe();
    });
  },
  oneditsave() {
    leaveUntouched(this);
  },
});

/** What the report can be narrowed by. */
function filtersOf(fields: ReportFields | undefined): Parameter[] {
  return fields ? fields.operation.parameters.filter(({ name }) => fields.filters.includes(name)) : [];
}

/** The cycle is picked from a list, or comes from elsewhere like any typed value. */
function cycleField(node: EditorNode<object>): void {
  typedField(node, 'cycle', ['str', 'msg', 'flow', 'global', 'env', 'jsonata']);
  const field = fieldOf(node, 'cycle');
  const options = ['date', 'week', 'month'].map((value) => ({ value, label: text(`cycle.${value}`) }));
  const value = String(field.typedInput('value'));
  if (field.typedInput('type') === 'str' && !options.some((option) => option.value === value)) {
    options.push({ value, label: commonText('option.unknown', { value }) });
  }
  const list = { value: 'str', label: text('label.cycle'), options };
  field.typedInput('types', [list, 'msg', 'flow', 'global', 'env', 'jsonata'] as never);
}
