import type { NodeAPI } from 'node-red';
import { adminRoute } from './admin-route';

// The buttons "Check" of the configuration dialogs. Each check is loaded when it is asked for.

/** For a whole check: longer than all its steps together, which end by themselves and tell where they ended. */
const CHECK = { deadlineMs: 90_000 };

/** Serves the button of the enterprise dialog: `{enterprise, product?}` → `{lines}`. */
export function serveEnterpriseCheck(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/gizwits-enterprise/check',
    RED.auth.needsPermission('gizwits.write'),
    adminRoute(
      RED,
      async (asked) => {
        const { checkEnterpriseNode } = require('./enterprise-checks') as typeof import('./enterprise-checks');
        return checkEnterpriseNode(RED, asked);
      },
      CHECK,
    ),
  );
}

/** Serves the button of the product dialog: `{product}` → `{lines}`. */
export function serveProductCheck(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/gizwits-product/check',
    RED.auth.needsPermission('gizwits.write'),
    adminRoute(
      RED,
      async (asked) => {
        const { checkProductNode } = require('./enterprise-checks') as typeof import('./enterprise-checks');
        return checkProductNode(RED, asked);
      },
      CHECK,
    ),
  );
}

/** Serves the button of the app dialog: `{app}` → `{lines}`. */
export function serveAppCheck(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/gizwits-app/check',
    RED.auth.needsPermission('gizwits.write'),
    adminRoute(
      RED,
      async (asked) => {
        const { checkAppNode } = require('./app-check') as typeof import('./app-check');
        return checkAppNode(RED, asked);
      },
      CHECK,
    ),
  );
}

/** Serves the button of the platform dialog: `{platform}` → `{lines}`. */
export function servePlatformCheck(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/expeed-platform/check',
    RED.auth.needsPermission('gizwits.write'),
    adminRoute(
      RED,
      async (asked) => {
        const { checkPlatformNode } = require('./platform-check') as typeof import('./platform-check');
        return checkPlatformNode(RED, asked);
      },
      CHECK,
    ),
  );
}
