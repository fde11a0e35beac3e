import { prepareDialog } from './editor/dialog';
import { EXPEED_CATEGORY, EXPEED_COLOR } from './editor/expeed-family';
import { labelStyle } from './editor/family';
import { currentValue, fieldOf } from './editor/fields';
import { leaveUntouched } from './editor/saved-values';
import { setText } from './editor/text';
import { type Check, isVariable, plain } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface WebhookProperties {
  name: string;
  configVersion: number;
  platform: string;
  path: string;
  allowFrom: string[] | string;
  split: boolean;
  outputs: number;
}

const text = (key: string): string => setText('expeed-webhook-in', key);
const OUTPUTS = ['status', 'data', 'result'];

/** Bytes of the random part that makes an address hard to guess. */
const RANDOM_BYTES = 16;

const path: Check = (value) =>
  /^\/?[A-Za-z0-9._~!$&'()*+,;=:@%-]*(?:\/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*$/.test(value) &&
  !/(?:^|\/)\.{1,2}(?:\/|$)/.test(value)
    ? undefined
    : text('invalid.path');

/** The addresses as the dialog was opened with. */
let openedAddresses = '';

RED.nodes.registerType<WebhookProperties>('expeed-webhook-in', {
  category: EXPEED_CATEGORY,
  color: EXPEED_COLOR,
  icon: 'expeed-webhook-in.svg',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('expeed-webhook-in') },
    platform: { value: '', type: 'expeed-platform', required: true, label: text('label.platform') },
    path: { value: '/expeed', label: text('label.path'), validate: plain({ required: () => true, check: path }) },
    allowFrom: {
      value: [],
      label: text('label.allowFrom'),
      validate: (saved, property) => {
        const wrong = addressesOf(saved).find((entry) => !isVariable(entry) && !isAddress(entry));
        return wrong === undefined ? true : `${property?.label ?? ''}: ${text('invalid.address')} (${wrong})`;
      },
    },
    split: { value: false },
    outputs: { value: 1 },
  },
  inputs: 0,
  outputs: 1,
  paletteLabel: () => text('palette'),
  label() {
    return this.name || this.path || text('palette');
  },
  labelStyle() {
    return labelStyle(this);
  },
  outputLabels(index) {
    return text(this.split === true ? `port.${OUTPUTS[index] ?? 'status'}` : 'port.all');
  },
  oneditprepare() {
    prepareDialog(this, () => {
      openedAddresses = addressesOf(this.allowFrom).join(', ');
      $('#expeed-webhook-in-addresses').val(openedAddresses);
      const refresh = bindVisibility(this, {
        reach: () => (isPrivateHost(location.hostname) ? 'private' : 'public'),
        http: () => (httpRoot() === undefined ? 'off' : 'on'),
        scheme: () => location.protocol.replace(':', ''),
      });
      const show = (): void => {
        $('#expeed-webhook-in-url').val(publicUrl(String(currentValue(this, 'path'))));
        refresh();
      };
      fieldOf(this, 'path').on('input change', show);
      // The editor takes wires off the outputs that go.
      fieldOf(this, 'split').on('change', () => {
        const split = fieldOf(this, 'split').prop('checked') === true;
        fieldOf(this, 'outputs').val(split ? OUTPUTS.length : 1);
      });
      show();
    });
    $('#expeed-webhook-in-copy').on('click', (event) => {
      event.preventDefault();
      RED.clipboard.copyText(String($('#expeed-webhook-in-url').val()), $('#expeed-webhook-in-copy'), text('copied'));
    });
    $('#expeed-webhook-in-random').on('click', (event) => {
      event.preventDefault();
      const field = fieldOf(this, 'path');
      const base = String(field.val()).replace(/\/[0-9a-f]{32}$/, '');
      field.val(`${base.replace(/\/+$/, '') || '/expeed'}/${randomPart()}`).trigger('change');
    });
  },
  oneditsave() {
    leaveUntouched(this);
    const shown = String($('#expeed-webhook-in-addresses').val());
    // A list that nobody touched stays as it was saved.
    if (shown !== openedAddresses) this.allowFrom = addressesOf(shown);
  },
});

/** Addresses from a saved list, or from text with commas. */
function addressesOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value.map(String) : String(value ?? '').split(/[\s,;]+/);
  return list.map((entry) => entry.trim()).filter((entry) => entry !== '');
}

/** Loosely: the runtime judges whether it is a real address or network. */
function isAddress(entry: string): boolean {
  return (
    /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?$/.test(entry) || /^[0-9a-f:.]*:[0-9a-f:.]*(?:\/\d{1,3})?$/i.test(entry)
  );
}

/** Where Node-RED's HTTP nodes live; undefined when they are switched off. */
function httpRoot(): string | undefined {
  const { httpNodeRoot } = RED.settings as unknown as { httpNodeRoot?: string | false };
  return httpNodeRoot === false ? undefined : (httpNodeRoot ?? '/');
}

/** The address as this browser reaches it. */
function publicUrl(typed: string): string {
  const root = httpRoot();
  if (root === undefined) return '';
  return `${location.origin}${root.replace(/\/+$/, '')}/${typed.trim().replace(/^\/+|\/+$/g, '')}`;
}

/** Names and addresses that nobody outside of this network can reach. */
function isPrivateHost(host: string): boolean {
  return (
    /^(?:localhost|.*\.local|\[?::1\]?|127\..*|10\..*|192\.168\..*|172\.(?:1[6-9]|2\d|3[01])\..*)$/i.test(host) ||
    /^\[?f[cd]/i.test(host)
  );
}

function randomPart(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
