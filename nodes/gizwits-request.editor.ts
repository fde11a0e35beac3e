import { enterpriseOperations, publicOperationIds } from '../src/gizwits/enterprise/operations';
import { prepareDialog } from './editor/dialog';
import { CATEGORY, COLOR, labelStyle } from './editor/family';
import { currentValue, fieldOf } from './editor/fields';
import {
  authorParameters,
  operationSummary,
  operationTitle,
  parameterForm,
  parameterSummary,
} from './editor/operations';
import { leaveUntouched } from './editor/saved-values';
import { commonText, setText } from './editor/text';
import { COMMAND_TYPES, ID_TYPES, typedField } from './editor/typed-fields';
import { type Check, typed, when } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface RequestProperties {
  name: string;
  configVersion: number;
  product: string;
  operation: string;
  method: string;
  path: string;
  pathType: string;
  params: string;
  paramsType: string;
}

const text = (key: string): string => setText('gizwits-request', key);
const CUSTOM = 'custom';

/** Loosely: the runtime judges the segments (src/cloud/custom-request.ts). */
const apiPath: Check = (value) => (/^\/[^\s#\\]*$/.test(value) ? undefined : text('invalid.path'));

const operations = publicOperationIds.map((id) => enterpriseOperations[id]);

const chosen = (operation: unknown) => operations.find(({ id }) => id === operation);

RED.nodes.registerType<RequestProperties>('gizwits-request', {
  category: CATEGORY,
  color: COLOR,
  icon: 'gizwits-request.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-request') },
    product: { value: '', type: 'gizwits-product', required: true, label: commonText('label.product') },
    operation: { value: 'devices.search' },
    method: { value: 'GET' },
    path: {
      value: '',
      label: text('label.path'),
      validate: typed('path', {
        required: true,
        literals: { str: apiPath },
        applies: when('operation', CUSTOM),
      }),
    },
    pathType: { value: 'str' },
    params: { value: 'payload', label: text('label.params'), validate: typed('params', {}) },
    paramsType: { value: 'msg' },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: () => text('palette'),
  label() {
    if (this.name) return this.name;
    if (this.operation === CUSTOM && this.pathType === 'str' && this.path) return `${this.method} ${this.path}`;
    return chosen(this.operation) ? operationTitle(this.operation) : text('palette');
  },
  labelStyle() {
    return labelStyle(this);
  },
  inputLabels: () => text('port.input'),
  outputLabels: () => text('port.output'),
  oneditprepare() {
    const operation = fieldOf(this, 'operation');
    listOperations(operation);
    prepareDialog(this, () => {
      typedField(this, 'path', ID_TYPES);
      typedField(this, 'params', COMMAND_TYPES);
      bindVisibility(this);
      const describe = (): void => describeOperation(currentValue(this, 'operation'));
      operation.on('change', describe);
      describe();
    });
  },
  oneditsave() {
    leaveUntouched(this);
  },
});

/** All operations, grouped as their ids are. */
function listOperations(select: JQuery): void {
  const groups = new Map<string, JQuery>();
  for (const { id } of operations) {
    const group = id.split('.', 1)[0] as string;
    let list = groups.get(group);
    if (!list) {
      list = $('<optgroup>')
        .attr('label', text(`group.${group}`))
        .appendTo(select);
      groups.set(group, list);
    }
    $('<option>')
      .val(id)
      .text(`${operationTitle(id)} · ${id}`)
      .appendTo(list);
  }
  $('<option>').val(CUSTOM).text(operationTitle(CUSTOM)).appendTo(select);
}

/** Shows what the operation does, its call, and the parameters that it takes. */
function describeOperation(id: unknown): void {
  const operation = chosen(id);
  const about = operation ?? (id === CUSTOM ? { id: CUSTOM } : undefined);
  $('#gizwits-request-summary').text(about ? operationSummary(about) : '');
  $('#gizwits-request-call').text(operation ? `${operation.method} ${operation.path}` : '');
  const parameters = operation ? authorParameters(operation) : [];
  const table = $('#gizwits-request-parameters').empty();
  for (const parameter of parameters) {
    const row = $('<tr>').appendTo(table);
    const name = $('<td>').appendTo(row);
    $('<code>').text(parameter.name).appendTo(name);
    if (parameter.required) name.append(document.createTextNode(' *'));
    $('<td>').text(parameterSummary(parameter)).attr('title', parameterForm(parameter)).appendTo(row);
  }
  $('#gizwits-request-none').toggle(operation !== undefined && parameters.length === 0);
  $('#gizwits-request-required').toggle(parameters.some(({ required }) => required));
}
