import type { Parameter } from '../src/cloud/catalogue';
import { enterpriseOperations } from '../src/gizwits/enterprise/operations';
import { prepareDialog } from './editor/dialog';
import { CATEGORY, COLOR, labelStyle, outputOf } from './editor/family';
import { currentValue } from './editor/fields';
import { filterField } from './editor/filter-field';
import { authorParameters } from './editor/operations';
import { leaveUntouched } from './editor/saved-values';
import { commonText, setText } from './editor/text';
import { COUNT_TYPES, FILTER_TYPES, SETTING_TYPES, typedField } from './editor/typed-fields';
import { jsonObject, typed, wholeNumber } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface SearchProperties {
  name: string;
  configVersion: number;
  product: string;
  target: string;
  filters: string;
  filtersType: string;
  limit: number | string;
  limitType: string;
  pageSize: number | string;
  pageSizeType: string;
  output: string;
}

const text = (key: string): string => setText('gizwits-search', key);
const TARGETS = ['devices', 'boundUsers', 'registeredUsers'];

/** The listing behind each target, and what it can be narrowed by: everything but the paging, which is the node's. */
const LISTINGS = {
  devices: enterpriseOperations['devices.search'],
  boundUsers: enterpriseOperations['product.users'],
  registeredUsers: enterpriseOperations['users.search'],
};

function filtersOf(target: unknown): Parameter[] {
  const listing = LISTINGS[target as keyof typeof LISTINGS] ?? LISTINGS.devices;
  return authorParameters(listing).filter(({ name }) => name !== 'limit' && name !== 'skip');
}

RED.nodes.registerType<SearchProperties>('gizwits-search', {
  category: CATEGORY,
  color: COLOR,
  icon: 'gizwits-search.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-search') },
    product: { value: '', type: 'gizwits-product', required: true, label: commonText('label.product') },
    target: { value: 'devices' },
    filters: {
      value: '{}',
      label: text('label.filters'),
      validate: typed('filters', { literals: { json: jsonObject } }),
    },
    filtersType: { value: 'json' },
    limit: {
      value: 1000,
      label: commonText('label.limit'),
      validate: typed('limit', { literals: { num: wholeNumber(0) } }),
    },
    limitType: { value: 'num' },
    pageSize: {
      value: 100,
      label: text('label.pageSize'),
      validate: typed('pageSize', { literals: { num: wholeNumber(1, 1000) } }),
    },
    pageSizeType: { value: 'num' },
    output: { value: 'array' },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel: () => text('palette'),
  label() {
    return this.name || text(TARGETS.includes(this.target) ? `title.${this.target}` : 'palette');
  },
  labelStyle() {
    return labelStyle(this);
  },
  inputLabels: () => text('port.input'),
  outputLabels() {
    return commonText(`port.${outputOf(this.output)}`);
  },
  oneditprepare() {
    prepareDialog(this, () => {
      typedField(this, 'filters', FILTER_TYPES);
      filterField(this, 'filters', () => filtersOf(currentValue(this, 'target')));
      typedField(this, 'limit', COUNT_TYPES);
      typedField(this, 'pageSize', SETTING_TYPES);
      bindVisibility(this);
    });
  },
  oneditsave() {
    leaveUntouched(this);
  },
});
