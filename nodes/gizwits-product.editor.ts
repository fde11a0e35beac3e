import { offerCheck } from './editor/account-check';
import { configNode } from './editor/ask';
import { offerAssociation } from './editor/association';
import { prepareDialog } from './editor/dialog';
import { currentValue, fieldOf } from './editor/fields';
import { ownSubkey } from './editor/own-subkey';
import { regionOf, SIMULATOR } from './editor/region';
import { leaveUntouched } from './editor/saved-values';
import { simulatedProducts } from './editor/simulated-products';
import { setText } from './editor/text';
import { pattern, plain, wholeNumber } from './editor/validators';
import { bindVisibility } from './editor/visibility';
import { configVersion } from './migrations';

interface ProductProperties {
  name: string;
  configVersion: number;
  enterprise: string;
  productKey: string;
  subkey: string;
  prefetch: number | string;
  pushHost: string;
  pushPort: number | string;
  pushTls: string;
}

const text = (key: string): string => setText('gizwits-product', key);
const simulated = (node: EditorNode<object>): boolean => regionOf(currentValue(node, 'enterprise')) === SIMULATOR;
const realCloud = (node: EditorNode<object>): boolean => !simulated(node);
/** The push service takes both or neither. */
const oneGiven = (partner: string) => (node: EditorNode<object>) =>
  String(currentValue(node, partner) ?? '').trim() !== '';

RED.nodes.registerType<ProductProperties>('gizwits-product', {
  category: 'config',
  defaults: {
    name: { value: '' },
    configVersion: { value: configVersion('gizwits-product') },
    enterprise: { value: '', type: 'gizwits-enterprise', required: true, label: text('label.enterprise') },
    productKey: {
      value: '',
      label: text('label.productKey'),
      validate: plain({ required: realCloud, check: pattern(/^[0-9a-f]{32}$/i, 'productKey') }),
    },
    subkey: {
      value: 'node_red',
      label: text('label.subkey'),
      validate: plain({ check: pattern(/^\w{1,32}$/, 'subkey') }),
    },
    prefetch: { value: 50, label: text('label.prefetch'), validate: plain({ check: wholeNumber(1, 32_767) }) },
    pushHost: {
      value: '',
      label: text('label.pushHost'),
      validate: plain({ check: pattern(/^[a-z0-9.:_-]+$/i, 'host') }),
    },
    pushPort: { value: 2017, label: text('label.pushPort'), validate: plain({ check: wholeNumber(1, 65_535) }) },
    pushTls: { value: '', type: 'tls-config', required: false, label: text('label.pushTls') },
  },
  credentials: {
    productSecret: {
      type: 'password',
      label: text('label.productSecret'),
      validate: plain({ applies: realCloud, required: () => true }),
    },
    authId: {
      type: 'text',
      label: text('label.authId'),
      validate: plain({ applies: realCloud, required: oneGiven('authSecret') }),
    },
    authSecret: {
      type: 'password',
      label: text('label.authSecret'),
      validate: plain({ applies: realCloud, required: oneGiven('authId') }),
    },
  },
  paletteLabel: () => text('palette'),
  label() {
    return this.name || (this.productKey ? `${text('palette')} ${shortKey(this.productKey)}` : text('palette'));
  },
  oneditprepare() {
    prepareDialog(this, () => {
      const products = simulatedProducts(this, () => refresh());
      const refresh = bindVisibility(this, {
        simulator: () => String(simulated(this)),
        products: () => (simulated(this) && products.filled ? 'listed' : 'none'),
        key: () => (simulated(this) && !products.other ? 'chosen' : 'typed'),
      });
      const look = (): void => {
        if (simulated(this)) products.fill();
        refresh();
      };
      fieldOf(this, 'enterprise').on('change', look);
      look();
      offerAssociation(this);
      offerCheck(this, 'gizwits-product/check', () => {
        const enterprise = configNode(currentValue(this, 'enterprise'));
        return { question: { product: this.id }, nodes: enterprise ? [this, enterprise] : [this] };
      });
    });
    // A node that was never saved; one saved without a subkey goes on meaning `node_red`.
    if (!RED.nodes.node(this.id)) fieldOf(this, 'subkey').val(ownSubkey());
  },
  oneditsave() {
    leaveUntouched(this);
  },
});

function shortKey(productKey: string): string {
  return productKey.length > 12 ? `${productKey.slice(0, 8)}…` : productKey;
}
