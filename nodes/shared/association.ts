import type { NodeAPI } from 'node-red';
import type { ProductNode } from '../gizwits-product';
import { asCloudError } from './input';
import { isForeign } from './same-origin';
import { libraryText } from './texts';

/**
 * Serves the button of the product dialog that associates the product with its enterprise (E01), with the settings and
 * secrets that are deployed. Only for users who may write, and only as JSON, which no form of another site can send.
 * Answers `{}`, or `{error: {code, message}}` with 404 where no such product runs, 415 for what is not JSON, 403 for the
 * page of another site, and 502 when the call fails.
 */
export function serveAssociation(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/gizwits-product/:id/associate',
    RED.auth.needsPermission('gizwits.write'),
    (request, response) => {
      const refuse = (status: number, code: string, textKey: string, params = {}): void => {
        response.status(status).json({ error: { code, message: libraryText(RED, textKey, params) } });
      };
      if (!request.is('application/json')) {
        refuse(415, 'GIZ_BAD_INPUT', 'errors.input.notJson', { field: 'content-type' });
        return;
      }
      if (isForeign(request.headers)) {
        response.status(403).json({});
        return;
      }
      const node = RED.nodes.getNode(String(request.params.id)) as ProductNode | null;
      if (node?.type !== 'gizwits-product') {
        refuse(404, 'GIZ_CONFIG', 'errors.config.node', { field: 'product' });
        return;
      }
      node
        .client()
        .then((client) => client.call('product.associate', {}, { origin: node.id }))
        .then(
          () => response.json({}),
          (thrown: unknown) => {
            const { code, textKey, textParams } = asCloudError(thrown);
            refuse(502, code, textKey, textParams);
          },
        );
    },
  );
}
