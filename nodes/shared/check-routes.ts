import type { NodeAPI } from 'node-red';
import { type Asked, adminRoute, type Middleware } from './admin-route';
import type { CheckAnswer } from './check-run';

// The buttons "Check" of the configuration dialogs. Each check is loaded when it is asked for.

/** For a whole check: longer than all its steps together, which end by themselves and tell where they ended. */
const CHECK_DEADLINE_MS = 90_000;

type CheckNode = (RED: NodeAPI, asked: Asked) => Promise<CheckAnswer>;

/** @param load brings the check; called for each request, so that nobody else loads it */
function checkRoute(RED: NodeAPI, load: () => CheckNode): Middleware {
  return adminRoute(RED, async (asked) => load()(RED, asked), { deadlineMs: CHECK_DEADLINE_MS });
}

const loadEnterpriseChecks = () => require('./enterprise-checks') as typeof import('./enterprise-checks');

/** Serves the button of the enterprise dialog: `{enterprise, product?}` → `{lines}`. */
export function serveEnterpriseCheck(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/gizwits-enterprise/check',
    RED.auth.needsPermission('gizwits.write'),
    checkRoute(RED, () => loadEnterpriseChecks().checkEnterpriseNode),
  );
}

/** Serves the button of the product dialog: `{product}` → `{lines}`. */
export function serveProductCheck(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/gizwits-product/check',
    RED.auth.needsPermission('gizwits.write'),
    checkRoute(RED, () => loadEnterpriseChecks().checkProductNode),
  );
}

/** Serves the button of the app dialog: `{app}` → `{lines}`. */
export function serveAppCheck(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/gizwits-app/check',
    RED.auth.needsPermission('gizwits.write'),
    checkRoute(RED, () => (require('./app-check') as typeof import('./app-check')).checkAppNode),
  );
}

/** Serves the button of the platform dialog: `{platform}` → `{lines}`. */
export function servePlatformCheck(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/expeed-platform/check',
    RED.auth.needsPermission('gizwits.write'),
    checkRoute(RED, () => (require('./platform-check') as typeof import('./platform-check')).checkPlatformNode),
  );
}
