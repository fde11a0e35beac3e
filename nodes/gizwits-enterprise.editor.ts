import { offerCheck } from './editor/account-check';
import { prepareDialog } from './editor/dialog';
import { currentValue, fieldOf } from './editor/fields';
import { leaveUntouched } from './editor/saved-values';
import { translateStatuses } from './editor/status-language';
import { commonText, setText } from './editor/text';
import { baseUrl, plain, when, wholeNumber } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface EnterpriseProperties {
  name: string;
  configVersion: number;
  region: string;
  baseUrl: string;
  tls: string;
  proxy: string;
  timeout: number | string;
  concurrency: number | string;
  quota: number | string;
  queue: number | string;
  maxWait: number | string;
}

const text = (key: string): string => setText('gizwits-enterprise', key);
const custom = when('region', 'custom');
const realCloud = (node: EditorNode<object>): boolean => !when('region', 'simulator')(node);

// Once for all nodes of the package: this set is always there, since it carries the shared texts.
translateStatuses();

RED.nodes.registerType<EnterpriseProperties>('gizwits-enterprise', {
  category: 'config',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-enterprise') },
    region: { value: 'cn' },
    baseUrl: {
      value: '',
      label: text('label.baseUrl'),
      validate: plain({ applies: custom, required: () => true, check: baseUrl }),
    },
    tls: { value: '', type: 'tls-config', required: false, label: commonText('label.tls') },
    proxy: { value: '', type: 'http proxy', required: false, label: commonText('label.proxy') },
    timeout: { value: 30, label: text('label.timeout'), validate: plain({ check: wholeNumber(1, 3600) }) },
    concurrency: { value: 10, label: text('label.concurrency'), validate: plain({ check: wholeNumber(1, 1000) }) },
    quota: { value: '', label: text('label.quota'), validate: plain({ check: wholeNumber(0, 10_000_000) }) },
    queue: { value: 10_000, label: text('label.queue'), validate: plain({ check: wholeNumber(0, 1_000_000) }) },
    maxWait: { value: 60, label: text('label.maxWait'), validate: plain({ check: wholeNumber(0, 86_400) }) },
  },
  credentials: {
    enterpriseId: {
      type: 'text',
      label: text('label.enterpriseId'),
      validate: plain({ applies: realCloud, required: () => true }),
    },
    enterpriseSecret: {
      type: 'password',
      label: text('label.enterpriseSecret'),
      validate: plain({ applies: realCloud, required: () => true }),
    },
  },
  paletteLabel: () => text('palette'),
  label() {
    if (this.name) return this.name;
    if (this.region === 'custom') return this.baseUrl || text('region.custom');
    return this.region === 'simulator' ? text('title.simulator') : text('palette');
  },
  oneditprepare() {
    prepareDialog(this, () => {
      const refresh = bindVisibility(this, {
        insecure: () => String(/^\s*http:/i.test(String(currentValue(this, 'baseUrl')))),
      });
      fieldOf(this, 'baseUrl').on('input change', refresh);
      offerCheck(this, 'gizwits-enterprise/check', () => {
        const product = productOf(this);
        return { question: { enterprise: this.id, product: product?.id }, nodes: product ? [this, product] : [this] };
      });
    });
  },
  oneditsave() {
    leaveUntouched(this);
  },
});

/** A product that uses this enterprise: the cloud lets nobody log in without one. */
function productOf(enterprise: EditorNode<object>): EditorNode<object> | undefined {
  let found: EditorNode<object> | undefined;
  RED.nodes.eachConfig((node) => {
    const product = node as unknown as EditorNode<{ enterprise?: string }>;
    if (product.type === 'gizwits-product' && product.enterprise === enterprise.id) found ??= product;
    return true;
  });
  return found;
}
