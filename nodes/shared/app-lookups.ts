import type { NodeAPI } from 'node-red';
import type { AppAccount } from '../../src/gizwits/app/account';
import type { AppNode } from '../gizwits-app';
import { type Asked, adminRoute } from './admin-route';
import { AnswerCache } from './answer-cache';
import { APP_ADDRESS, openAppAccount, secretOf } from './app-settings';
import { requireRetyped } from './editor-nodes';
import { deviceQueryOf, ORIGIN } from './product-lookups';

const answers = new AnswerCache<AppAccount>();

/** Serves what dialogs show of an app's user: `{app, text?, online?, refresh?}` → the devices that the user has bound. */
export function serveAppLookups(RED: NodeAPI): void {
  RED.httpAdmin.post(
    '/gizwits-app/devices',
    RED.auth.needsPermission('gizwits.read'),
    adminRoute(RED, async (asked) => {
      const { boundDevices, matching } =
        require('../../src/gizwits/app/find-devices') as typeof import('../../src/gizwits/app/find-devices');
      const { text, online } = deviceQueryOf(asked.body);
      const { devices } = await withAccount(RED, asked, (account) =>
        answers.get(account, 'devices', asked.body.refresh === true, async () => ({
          devices: await boundDevices(account, { origin: ORIGIN, signal: asked.signal }),
        })),
      );
      return matching(devices, text, online);
    }),
  );
}

/** Does something with the account of the app that a dialog named, deployed or not. @throws CloudError */
async function withAccount<T>(RED: NodeAPI, asked: Asked, work: (account: AppAccount) => Promise<T>): Promise<T> {
  const app = asked.nodes.find<AppNode>(asked.body.app, 'gizwits-app', APP_ADDRESS);
  if (app.running) return work(await app.running.account());
  if (app.config.region !== 'simulator') requireRetyped(app, secretOf(app.config.login));
  const opened = await openAppAccount(RED, app.config, app.credentials);
  try {
    return await work(opened.account);
  } finally {
    opened.release();
  }
}
