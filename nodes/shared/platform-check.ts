import type { NodeAPI } from 'node-red';
import type { Check, Findings } from '../../src/cloud/findings';
import { checkPlatform } from '../../src/expeed/account-check';
import type { PlatformNode } from '../expeed-platform';
import type { Asked } from './admin-route';
import { CHECK_OPTIONS, type CheckAnswer, CheckRun } from './check-run';
import { type FoundNode, requireRetyped } from './editor-nodes';
import type { OpenedPlatform } from './open-platform';
import { rootOf } from './own-address';
import { openPlatformAccount, PLATFORM_ADDRESS, platformWay } from './platform-settings';
import { probeWebhook } from './webhook-probe';

const LINES: readonly Check[] = ['name', 'connection', 'clock', 'login', 'tokenCalls', 'webhook'];

/** What the button "Check" of the platform dialog asks: `{platform}` → `{lines}`, see `src/cloud/findings.ts`. */
export async function checkPlatformNode(RED: NodeAPI, asked: Asked): Promise<CheckAnswer> {
  const found = asked.nodes.find<PlatformNode>(asked.body.platform, 'expeed-platform', PLATFORM_ADDRESS);
  const { config, credentials, running } = found;
  const isSimulated = config.region === 'simulator';
  const run = new CheckRun();
  const way = isSimulated ? undefined : await run.settings(() => platformWay(RED, config));
  const opened = await run.settings(() => {
    if (!isSimulated) requireRetyped(found, 'secretKey');
    return running ? lent(running) : openPlatformAccount(RED, config, credentials);
  });
  try {
    const reachable = await run.way(isSimulated && opened ? { baseUrl: opened.account.baseUrl } : way);
    if (opened && reachable) await checkPlatform(run.findings, opened.account, CHECK_OPTIONS);
  } finally {
    run.giveBack(opened);
  }
  await checkWebhooks(RED, run.findings, asked, found);
  return run.answer(LINES);
}

/** An account that its config node keeps: there is nothing to give back. */
async function lent(node: PlatformNode): Promise<OpenedPlatform> {
  return { account: await node.account(), release: () => undefined };
}

/** Asks this Node-RED itself for the paths of the platform's webhook nodes. */
async function checkWebhooks(
  RED: NodeAPI,
  findings: Findings,
  asked: Asked,
  { config, credentials }: FoundNode<PlatformNode>,
): Promise<void> {
  if ((RED.settings as { httpNodeRoot?: unknown }).httpNodeRoot === false) {
    findings.say('webhook', 'failed', 'webhook.off');
    return;
  }
  const deployed = RED.nodes.getNode(String(asked.body.platform)) as PlatformNode | null;
  const paths = [...(deployed?.webhookPaths ?? [])];
  if (paths.length === 0) {
    findings.say('webhook', 'skipped', 'webhook.none');
    return;
  }
  if (config.region !== 'simulator' && !credentials.webhookToken) {
    findings.say('webhook', 'failed', 'webhook.noToken');
    return;
  }
  const root = rootOf(RED);
  for (const path of paths) {
    const probed = await probeWebhook(RED, path);
    if ('reason' in probed) {
      findings.say('webhook', 'failed', 'webhook.silent', { path: root + path, reason: probed.reason });
    } else if (probed.status !== 204) {
      findings.say('webhook', 'failed', 'webhook.blocked', { path: root + path, status: probed.status });
    }
  }
  findings.say('webhook', 'ok', 'webhook.answers', { paths: paths.map((path) => root + path).join(', ') });
}
