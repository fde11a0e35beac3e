import type { NodeAPI } from 'node-red';
import { systemClock } from '../../src/cloud/clock';
import type { Check } from '../../src/cloud/findings';
import { checkProduct } from '../../src/gizwits/enterprise/account-check';
import type { ProductClient } from '../../src/gizwits/enterprise/product-client';
import { checkPushLogin, PushRefusals } from '../../src/gizwits/push/login-check';
import { tlsDial } from '../../src/gizwits/push/tls-link';
import type { EnterpriseNode } from '../gizwits-enterprise';
import type { ProductNode } from '../gizwits-product';
import type { Asked } from './admin-route';
import { CHECK_OPTIONS, type CheckAnswer, CheckRun } from './check-run';
import { type FoundNode, requireRetyped } from './editor-nodes';
import { ENTERPRISE_ADDRESS, enterpriseWay, openEnterprise } from './enterprise-settings';
import type { OpenedAccount } from './open-account';
import { keyOf, runningPush } from './open-push';
import { openProduct } from './product-settings';
import { PUSH_ADDRESS, pushSettings } from './push-settings';
import { proxySettings } from './settings';

const ENTERPRISE_LINES: readonly Check[] = ['name', 'connection', 'clock', 'whiteList', 'login', 'quota'];
const PRODUCT_LINES: readonly Check[] = [...ENTERPRISE_LINES, 'product', 'push'];

/** Push logins that checks found refused, by what they logged in with; the oldest are forgotten. */
const refusals = new Map<string, PushRefusals>();
const MOST_REFUSALS = 100;

/**
 * What the button "Check" of the enterprise dialog asks: `{enterprise, product?}` → `{lines}`, see
 * `src/cloud/findings.ts`. The product is one that uses the enterprise: a login needs one.
 */
export async function checkEnterpriseNode(RED: NodeAPI, asked: Asked): Promise<CheckAnswer> {
  const enterprise = asked.nodes.find<EnterpriseNode>(asked.body.enterprise, 'gizwits-enterprise', ENTERPRISE_ADDRESS);
  const run = new CheckRun();
  await withEnterprise(RED, run, enterprise, async (opened, reachable) => {
    const client = productOf(opened, asked, enterprise);
    if (!client) run.findings.say('login', 'skipped', 'login.withProduct');
    else if (reachable) await checkProduct(run.findings, opened.account, client, CHECK_OPTIONS);
  });
  return run.answer(ENTERPRISE_LINES);
}

/** What the button "Check" of the product dialog asks: `{product}` → `{lines}`. */
export async function checkProductNode(RED: NodeAPI, asked: Asked): Promise<CheckAnswer> {
  const { product: id } = asked.body;
  const named = asked.nodes.find<ProductNode>(id, 'gizwits-product');
  const enterprise = asked.nodes.find<EnterpriseNode>(
    named.config.enterprise,
    'gizwits-enterprise',
    ENTERPRISE_ADDRESS,
  );
  const product = asked.nodes.find<ProductNode>(id, 'gizwits-product', ['enterprise'], enterprise);
  const pushed = asked.nodes.find<ProductNode>(id, 'gizwits-product', PUSH_ADDRESS, enterprise);
  const run = new CheckRun();
  let simulated: OpenedAccount['simulated'];
  await withEnterprise(RED, run, enterprise, async (opened, reachable) => {
    simulated = opened.simulated;
    const client = await run.settings(() => {
      if (!simulated) requireRetyped(product, 'productSecret');
      return openProduct(opened, product.config, product.credentials);
    });
    if (client && reachable) await checkProduct(run.findings, opened.account, client, CHECK_OPTIONS);
  });
  await checkPush(RED, run, enterprise, pushed, simulated);
  return run.answer(PRODUCT_LINES);
}

/** Opens the account of an enterprise node, deployed or not, and looks at the way to its cloud. */
async function withEnterprise(
  RED: NodeAPI,
  run: CheckRun,
  enterprise: FoundNode<EnterpriseNode>,
  work: (opened: OpenedAccount, reachable: boolean) => Promise<void>,
): Promise<void> {
  const { config, credentials, running } = enterprise;
  const isSimulated = config.region === 'simulator';
  const way = isSimulated ? undefined : await run.settings(() => enterpriseWay(RED, config));
  const opened = await run.settings(() => {
    if (!isSimulated) requireRetyped(enterprise, 'enterpriseSecret');
    return running ? running.opened() : openEnterprise(RED, config, credentials);
  });
  const reachable = await run.way(isSimulated && opened ? { baseUrl: opened.account.baseUrl } : way);
  if (!opened) return;
  try {
    await work(opened, reachable);
  } finally {
    // What the config node has opened, it keeps.
    if (!running) run.giveBack(opened);
  }
}

/** A product to log in with: the one that the dialog found, or one of the simulated cloud. */
function productOf(
  opened: OpenedAccount,
  asked: Asked,
  enterprise: FoundNode<EnterpriseNode>,
): ProductClient | undefined {
  if (opened.simulated) return openProduct(opened, {}, {});
  try {
    const product = asked.nodes.find<ProductNode>(asked.body.product, 'gizwits-product', ['enterprise'], enterprise);
    return openProduct(opened, product.config, product.credentials);
  } catch {
    // No product, or one that is not filled in: that is told by the product's own check.
    return undefined;
  }
}

async function checkPush(
  RED: NodeAPI,
  run: CheckRun,
  enterprise: FoundNode<EnterpriseNode>,
  { config, credentials, moved }: FoundNode<ProductNode>,
  simulated: OpenedAccount['simulated'],
): Promise<void> {
  const { authId, authSecret } = credentials;
  if (enterprise.config.region !== 'simulator' && !authId && !authSecret) {
    run.findings.say('push', 'skipped', 'push.none');
    return;
  }
  const settings = await run.settings(() => {
    if (!simulated) requireRetyped({ config, credentials, moved }, 'authSecret');
    const { region = 'cn', proxy } = enterprise.config;
    const described = { region: String(region), proxy: () => proxySettings(RED, 'proxy', proxy) };
    return pushSettings(RED, described, simulated, config, credentials);
  });
  if (!settings) return;
  const { host, port, tls, proxy, product } = settings;
  await checkPushLogin(run.findings, {
    clock: systemClock,
    dial: tlsDial({ host, port, tls, proxy }),
    host: `${host}:${port}`,
    product,
    running: runningPush(settings),
    refusals: refusalsOf(keyOf(settings)),
  });
}

function refusalsOf(key: string): PushRefusals {
  const known = refusals.get(key) ?? new PushRefusals(systemClock);
  refusals.delete(key);
  refusals.set(key, known);
  if (refusals.size > MOST_REFUSALS) refusals.delete(refusals.keys().next().value as string);
  return known;
}
