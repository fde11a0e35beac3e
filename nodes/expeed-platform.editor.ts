import { offerCheck } from './editor/account-check';
import { prepareDialog } from './editor/dialog';
import { currentValue, fieldOf } from './editor/fields';
import { leaveUntouched } from './editor/saved-values';
import { commonText, setText } from './editor/text';
import { baseUrl, type Check, plain, when, wholeNumber } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface PlatformProperties {
  name: string;
  configVersion: number;
  region: string;
  baseUrl: string;
  tls: string;
  proxy: string;
  timeout: number | string;
  timezone: string;
  tokenStore: string;
}

const text = (key: string): string => setText('expeed-platform', key);
const custom = when('region', 'custom');
const realCloud = (node: EditorNode<object>): boolean => !when('region', 'simulator')(node);

const timezone: Check = (value) => {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: value });
    return undefined;
  } catch {
    return text('invalid.timezone');
  }
};

RED.nodes.registerType<PlatformProperties>('expeed-platform', {
  category: 'config',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('expeed-platform') },
    region: { value: 'cloud' },
    baseUrl: {
      value: '',
      label: text('label.baseUrl'),
      validate: plain({ applies: custom, required: () => true, check: baseUrl }),
    },
    tls: { value: '', type: 'tls-config', required: false, label: commonText('label.tls') },
    proxy: { value: '', type: 'http proxy', required: false, label: commonText('label.proxy') },
    timeout: { value: 30, label: text('label.timeout'), validate: plain({ check: wholeNumber(1, 3600) }) },
    timezone: { value: 'Asia/Shanghai', label: text('label.timezone'), validate: plain({ check: timezone }) },
    tokenStore: { value: '' },
  },
  credentials: {
    platformKey: {
      type: 'text',
      label: text('label.platformKey'),
      validate: plain({ applies: realCloud, required: () => true }),
    },
    secretKey: {
      type: 'password',
      label: text('label.secretKey'),
      validate: plain({ applies: realCloud, required: () => true }),
    },
    webhookToken: { type: 'password' },
  },
  paletteLabel: () => text('palette'),
  label() {
    if (this.name) return this.name;
    if (this.region === 'custom') return this.baseUrl || text('region.custom');
    return text(this.region === 'simulator' ? 'title.simulator' : 'palette');
  },
  oneditprepare() {
    prepareDialog(this, () => {
      offerStores($('#expeed-platform-stores'));
      const refresh = bindVisibility(this, {
        insecure: () => String(/^\s*http:/i.test(String(currentValue(this, 'baseUrl')))),
      });
      fieldOf(this, 'baseUrl').on('input change', refresh);
      offerCheck(this, 'expeed-platform/check', () => ({ question: { platform: this.id }, nodes: [this] }));
    });
  },
  oneditsave() {
    leaveUntouched(this);
  },
});

/** Names of the context stores of settings.js, as suggestions. */
function offerStores(list: JQuery): void {
  const { context } = RED.settings as unknown as { context?: { stores?: string[] } };
  for (const store of context?.stores ?? []) $('<option>').attr('value', store).appendTo(list);
}
