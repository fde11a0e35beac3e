import type { NodeAPI } from 'node-red';
import type { Check } from '../../src/cloud/findings';
import { checkApp } from '../../src/gizwits/app/account-check';
import type { AppNode } from '../gizwits-app';
import type { Asked } from './admin-route';
import { APP_ADDRESS, appWay, openAppAccount, secretOf } from './app-settings';
import { CHECK_OPTIONS, type CheckAnswer, CheckRun } from './check-run';
import { requireRetyped } from './editor-nodes';
import type { OpenedApp } from './open-app';

const LINES: readonly Check[] = ['name', 'connection', 'clock', 'login', 'appSecret'];

/** What the button "Check" of the app dialog asks: `{app}` → `{lines}`, see `src/cloud/findings.ts`. */
export async function checkAppNode(RED: NodeAPI, asked: Asked): Promise<CheckAnswer> {
  const found = asked.nodes.find<AppNode>(asked.body.app, 'gizwits-app', APP_ADDRESS);
  const { config, credentials, running } = found;
  const isSimulated = config.region === 'simulator';
  const run = new CheckRun();
  const way = isSimulated ? undefined : await run.settings(() => appWay(RED, config));
  const opened = await run.settings(() => {
    if (!isSimulated) requireRetyped(found, secretOf(config.login));
    return running ? lent(running) : openAppAccount(RED, config, credentials);
  });
  try {
    const reachable = await run.way(isSimulated && opened ? { baseUrl: opened.account.identity.baseUrl } : way);
    if (opened && reachable) await checkApp(run.findings, opened.account, CHECK_OPTIONS);
  } finally {
    run.giveBack(opened);
  }
  return run.answer(LINES);
}

/** An account that its config node keeps: there is nothing to give back. */
async function lent(node: AppNode): Promise<OpenedApp> {
  return { account: await node.account(), release: () => undefined };
}
