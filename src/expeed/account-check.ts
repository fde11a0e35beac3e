import { type CheckOptions, checkStep } from '../cloud/check-step';
import type { Findings } from '../cloud/findings';
import type { ExpeedAccount } from './account';
import { TOKEN_CALLS_A_DAY } from './token-budget';

/** From this part of the day's token calls on, somebody should look why there are so many. */
const MANY_PART = 0.75;

/**
 * Looks at a platform's account: whether a token is given for its keys, and how many token calls the day has left.
 * Costs a token call only when there is no token and it is not too early for one.
 */
export async function checkPlatform(findings: Findings, account: ExpeedAccount, options: CheckOptions): Promise<void> {
  const signedIn = await checkStep(
    findings,
    options,
    ({ code }) => (code === 'GIZ_QUOTA' ? 'tokenCalls' : 'login'),
    () => account.signIn(),
  );
  if (signedIn) findings.say('login', 'ok', 'login.accepted');
  const count = account.tokenCalls;
  const params = { count, limit: TOKEN_CALLS_A_DAY };
  if (count < TOKEN_CALLS_A_DAY * MANY_PART) findings.say('tokenCalls', 'ok', 'tokenCalls.few', params);
  else if (signedIn) findings.say('tokenCalls', 'warning', 'tokenCalls.many', params);
}
