import type { OfferedProduct } from '../shared/simulated-products';
import { ask } from './ask';
import { dialogOf, fieldOf } from './fields';
import { setText } from './text';

/** What the list holds for a key that is none of the simulated products'. */
const OTHER = 'other';

export interface ProductList {
  /** Whether the list is there: without it, a key can still be typed in. */
  readonly filled: boolean;
  /** Whether the product key is to be typed in. */
  readonly other: boolean;
  /** Fetches the products, once. */
  fill(): void;
}

/**
 * The list of simulated products. It is another way to fill in the product key and saves nothing itself: an empty key is
 * the first product, and one that is not in the list has an entry of its own.
 * @param onChange hears when something else is to be shown
 */
export function simulatedProducts(node: EditorNode<object>, onChange: () => void): ProductList {
  const list = dialogOf(node).find('.gizwits-simulated-products');
  const key = fieldOf(node, 'productKey');
  let asked = false;
  let filled = false;

  const show = ({ products }: { products: OfferedProduct[] }): void => {
    for (const { productKey, name } of products) $('<option>').val(productKey).text(name).appendTo(list);
    $('<option>').val(OTHER).text(setText('gizwits-product', 'option.otherKey')).appendTo(list);
    const saved = String(key.val()).trim();
    const known = saved === '' ? products[0] : products.find(({ productKey }) => productKey === saved);
    list.val(known?.productKey ?? OTHER);
    filled = true;
    onChange();
  };
  list.on('change', () => {
    const chosen = String(list.val());
    if (chosen !== OTHER) key.val(chosen).trigger('change');
    onChange();
    if (chosen === OTHER) key.trigger('focus');
  });
  return {
    get filled() {
      return filled;
    },
    get other() {
      return !filled || list.val() === OTHER;
    },
    fill() {
      if (asked) return;
      asked = true;
      ask<{ products: OfferedProduct[] }>('gizwits-product/simulated', {}, []).then(show, () => undefined);
    },
  };
}
