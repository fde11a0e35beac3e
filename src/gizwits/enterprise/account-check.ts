import { type CheckOptions, checkStep } from '../../cloud/check-step';
import { CloudError } from '../../cloud/errors';
import type { Check, Findings } from '../../cloud/findings';
import { normaliseSchema } from '../datapoints/schema';
import type { EnterpriseAccount } from './account';
import type { ProductClient } from './product-client';

/** What each code is about, whichever call met it. */
const LINES: Readonly<Record<number, Check>> = {
  5012: 'whiteList',
  5013: 'quota',
  ...about('login', [5003, 5004, 5005, 5009, 5010, 5011, 5019, 5022, 5023]),
  ...about('product', [5007, 5015, 5018, 5024, 5025, 5801]),
};

/** The product has no datapoints: that is an answer, which only somebody with all rights gets. */
const NO_DATAPOINTS = 5402;

/** With less than this part of the quota left, reads are held to a pace, and soon none will go. */
const LOW_PART = 0.25;

/**
 * Looks at an account with one of its products: the login, the product by its datapoint definition, and what is left of
 * the quota. Costs one call, and a login only when there is no token and it is not too early for one.
 */
export async function checkProduct(
  findings: Findings,
  account: EnterpriseAccount,
  product: ProductClient,
  options: CheckOptions,
): Promise<void> {
  if (quotaIsSpent(findings, account)) return;
  const signedIn = await checkStep(findings, options, lineOf('login'), () => account.signIn(product));
  if (!signedIn) return;
  findings.say('whiteList', 'ok', 'whiteList.passed');
  findings.say('login', 'ok', 'login.accepted');
  const read = await checkStep(findings, options, lineOf('product'), (signal) => definition(product, options, signal));
  if (read) {
    const { name, datapoints } = normaliseSchema(read.value ?? {});
    findings.say('product', 'ok', read.value ? 'product.found' : 'product.empty', { name, count: datapoints.length });
  }
  if (!findings.anyFailed) tellQuota(findings, account);
}

/** The product's definition; undefined when it has none. */
async function definition(
  product: ProductClient,
  { origin, timeoutMs }: CheckOptions,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return (await product.call('product.datapoints', {}, { origin, timeoutMs, signal })).body;
  } catch (error) {
    if (error instanceof CloudError && error.vendorCode === NO_DATAPOINTS) return undefined;
    throw error;
  }
}

function quotaIsSpent(findings: Findings, account: EnterpriseAccount): boolean {
  const { closedForMs, remaining, resetInMs, limit } = account.state();
  if (closedForMs === 0 && remaining >= 1) return false;
  const minutes = Math.max(1, Math.round((closedForMs || resetInMs) / 60_000));
  findings.say('quota', 'failed', 'quota.spent', { limit, minutes });
  return true;
}

function tellQuota(findings: Findings, account: EnterpriseAccount): void {
  const { reported, remaining, limit, resetInMs } = account.state();
  const params = { remaining, limit, minutes: Math.max(1, Math.round(resetInMs / 60_000)) };
  if (!reported) findings.say('quota', 'skipped', 'quota.unknown', params);
  else if (remaining < limit * LOW_PART) findings.say('quota', 'warning', 'quota.low', params);
  else findings.say('quota', 'ok', 'quota.left', params);
}

/** The line for an error: what its code is about, else the step in which it came. */
function lineOf(step: Check): (error: CloudError) => Check {
  return ({ code, vendorCode }) => (code === 'GIZ_QUOTA' ? 'quota' : (LINES[vendorCode ?? 0] ?? step));
}

function about(check: Check, codes: readonly number[]): Record<number, Check> {
  return Object.fromEntries(codes.map((code) => [code, check]));
}
