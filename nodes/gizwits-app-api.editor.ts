import { APP_CATEGORY, APP_COLOR } from './editor/app-family';
import { operationOf, searchableOperations, summaryOf } from './editor/app-operations';
import { prepareDialog } from './editor/dialog';
import { labelStyle, outputOf } from './editor/family';
import { fieldOf } from './editor/fields';
import { describeAppDevice } from './editor/id-texts';
import { formOfParameters, type ParameterForm, type ParameterRow } from './editor/parameter-form';
import { pickInto } from './editor/pick-ids';
import { appDeviceSource } from './editor/pick-sources';
import { leaveUntouched } from './editor/saved-values';
import { cloudText, commonText, setText } from './editor/text';
import { FILTER_TYPES, typedField } from './editor/typed-fields';
import { jsonObject, typed } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface AppApiProperties {
  name: string;
  configVersion: number;
  app: string;
  operation: string;
  params: string;
  paramsType: string;
  rows: ParameterRow[];
  output: string;
}

const text = (key: string): string => setText('gizwits-app-api', key);

/** The form of the open dialog. */
let form: ParameterForm | undefined;

RED.nodes.registerType<AppApiProperties>('gizwits-app-api', {
  category: APP_CATEGORY,
  color: APP_COLOR,
  icon: 'gizwits-app-api.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-app-api') },
    app: { value: '', type: 'gizwits-app', required: true, label: text('label.app') },
    operation: {
      value: 'get_app_bindings',
      label: text('label.operation'),
      validate: (value, property) => {
        if (value === undefined || operationOf(value)) return true;
        return commonText('invalid.of', { label: property?.label ?? '', trouble: text('invalid.operation') });
      },
    },
    params: {
      value: 'payload',
      label: text('label.params'),
      validate: typed('params', { literals: { json: jsonObject } }),
    },
    paramsType: { value: 'msg' },
    rows: {
      value: [],
      label: text('label.form'),
      validate: function (rows, property) {
        const lacking = missing(this as EditorNode<AppApiProperties>, rows);
        if (lacking.length === 0) return true;
        const trouble = `${text('form.required')}: ${lacking.join(', ')}`;
        return commonText('invalid.of', { label: property?.label ?? '', trouble });
      },
    },
    output: { value: 'array' },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: () => text('palette'),
  label() {
    const operation = operationOf(this.operation);
    return this.name || (operation ? cloudText(operation.title) : text('palette'));
  },
  labelStyle() {
    return labelStyle(this);
  },
  inputLabels: () => text('port.input'),
  outputLabels() {
    return operationOf(this.operation)?.paging ? commonText(`port.${outputOf(this.output)}`) : text('port.output');
  },
  oneditprepare() {
    const source = $('#gizwits-app-api-source');
    const select = fieldOf(this, 'operation');
    // The list must hold what is saved before the dialog shows it.
    $('<option>')
      .val(this.operation ?? 'get_app_bindings')
      .appendTo(select);
    select.val(this.operation ?? 'get_app_bindings');
    searchableOperations(select, $('#gizwits-app-api-category'), $('#gizwits-app-api-search'));
    prepareDialog(this, () => {
      typedField(this, 'params', FILTER_TYPES);
      form = formOfParameters($('#gizwits-app-api-form'), this.rows, ({ name }, input) => {
        if (name === 'did') pickDid(this, input);
      });
      source.val(Array.isArray(this.rows) && this.rows.length > 0 ? 'form' : 'message');
      const refresh = bindVisibility(this, {
        source: () => String(source.val()),
        list: () => String(operationOf(select.val())?.paging !== undefined),
        parameters: () => (operationOf(select.val())?.parameters.length ? 'some' : 'none'),
      });
      const show = (): void => {
        const operation = operationOf(select.val());
        $('#gizwits-app-api-summary').text(operation ? summaryOf(operation) : '');
        $('#gizwits-app-api-call').text(operation ? `${operation.method} ${operation.path}` : '');
        form?.show(operation);
        refresh();
      };
      source.on('change', refresh);
      select.on('change', show);
      show();
    });
  },
  oneditsave() {
    leaveUntouched(this);
    const rows = $('#gizwits-app-api-source').val() === 'form' ? (form?.read() ?? []) : [];
    // A list that was absent stays so while it is empty.
    if (rows.length > 0 || (Array.isArray(this.rows) && this.rows.length > 0)) this.rows = rows;
    form = undefined;
  },
});

/** A list of the user's devices beside the parameter that names one. */
function pickDid(node: EditorNode<object>, input: JQuery): void {
  pickInto(node, input, {
    owner: 'app',
    title: () => commonText('pick.device'),
    source: () => appDeviceSource(node),
    describe: (id) => describeAppDevice(node, id),
  });
}

/** Required parameters that a form in use leaves out. */
function missing({ operation }: EditorNode<AppApiProperties>, rows: unknown): string[] {
  if (!Array.isArray(rows) || rows.length === 0) return [];
  const given = new Set(rows.map((row) => row?.name));
  const required = (operationOf(operation)?.parameters ?? []).filter((parameter) => parameter.required);
  return required.map(({ name }) => name).filter((name) => !given.has(name));
}
