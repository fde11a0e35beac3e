import { setText } from './text';

/** What the runtime answers when it did not associate (nodes/shared/association.ts). */
interface Refusal {
  error?: { code?: string; message?: string };
}

/** Makes the button work that associates the product, as it is deployed, with its enterprise. */
export function offerAssociation(node: EditorNode<object>): void {
  const button = $('#gizwits-product-associate');
  const outcome = $('#gizwits-product-association');
  button.on('click', () => {
    button.prop('disabled', true);
    outcome.text(setText('gizwits-product', 'association.working'));
    $.ajax({
      url: `gizwits-product/${encodeURIComponent(node.id)}/associate`,
      method: 'POST',
      contentType: 'application/json',
      data: '{}',
    })
      .done(() => outcome.text(setText('gizwits-product', 'association.done')))
      .fail((reply) => outcome.text(refusalText(reply)))
      .always(() => button.prop('disabled', false));
  });
}

function refusalText({ status, responseJSON }: JQuery.jqXHR): string {
  if (status === 404) return setText('gizwits-product', 'association.notDeployed');
  if (status === 401 || status === 403) return setText('gizwits-product', 'association.forbidden');
  const { code = '', message = '' } = (responseJSON as Refusal | undefined)?.error ?? {};
  return setText('gizwits-product', 'association.failed', { code, message });
}
