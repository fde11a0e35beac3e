import { offerCheck } from './editor/account-check';
import { prepareDialog } from './editor/dialog';
import { currentValue, fieldOf } from './editor/fields';
import { leaveUntouched } from './editor/saved-values';
import { commonText, setText } from './editor/text';
import { baseUrl, plain, when, wholeNumber } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface AppProperties {
  name: string;
  configVersion: number;
  region: string;
  baseUrl: string;
  tls: string;
  proxy: string;
  timeout: number | string;
  concurrency: number | string;
  login: string;
}

const text = (key: string): string => setText('gizwits-app', key);
const custom = when('region', 'custom');
const realCloud = (node: EditorNode<object>): boolean => !when('region', 'simulator')(node);
const realLogin =
  (login: string) =>
  (node: EditorNode<object>): boolean =>
    realCloud(node) && when('login', login)(node);

RED.nodes.registerType<AppProperties>('gizwits-app', {
  category: 'config',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-app') },
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
    login: { value: 'password' },
  },
  credentials: {
    appId: { type: 'text', label: text('label.appId'), validate: plain({ applies: realCloud, required: () => true }) },
    appSecret: { type: 'password', label: text('label.appSecret') },
    username: {
      type: 'text',
      label: text('label.username'),
      validate: plain({ applies: realLogin('password'), required: () => true }),
    },
    password: {
      type: 'password',
      label: text('label.password'),
      validate: plain({ applies: realLogin('password'), required: () => true }),
    },
    phoneId: {
      type: 'password',
      label: text('label.phoneId'),
      validate: plain({ applies: realLogin('anonymous'), required: () => true }),
    },
    token: {
      type: 'password',
      label: text('label.token'),
      validate: plain({ applies: when('login', 'token'), required: () => true }),
    },
    productSecret: { type: 'password', label: text('label.productSecret') },
  },
  paletteLabel: () => text('palette'),
  label() {
    if (this.name) return this.name;
    if (this.region === 'custom') return this.baseUrl || text('region.custom');
    return text(this.region === 'simulator' ? 'title.simulator' : 'palette');
  },
  oneditprepare() {
    prepareDialog(this, () => {
      const refresh = bindVisibility(this, {
        insecure: () => String(/^\s*http:/i.test(String(currentValue(this, 'baseUrl')))),
      });
      fieldOf(this, 'baseUrl').on('input change', refresh);
      offerCheck(this, 'gizwits-app/check', () => ({ question: { app: this.id }, nodes: [this] }));
    });
  },
  oneditsave() {
    leaveUntouched(this);
  },
});
