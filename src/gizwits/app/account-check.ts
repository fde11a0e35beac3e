import { type CheckOptions, checkStep } from '../../cloud/check-step';
import type { Findings } from '../../cloud/findings';
import type { AppAccount } from './account';

/**
 * Looks at an app's account: the user's login, by asking who is logged in, and the app secret where there is one. Costs
 * a call, and logins only when there are no tokens and it is not too early for them.
 */
export async function checkApp(findings: Findings, account: AppAccount, options: CheckOptions): Promise<void> {
  const user = await checkStep(
    findings,
    options,
    () => 'login',
    (signal) => account.user({ origin: options.origin, signal }),
  );
  if (user) findings.say('login', 'ok', account.identity.login === 'token' ? 'login.token' : 'login.accepted');
  if (!account.identity.appSecret) {
    findings.say('appSecret', 'skipped', 'appSecret.none');
    return;
  }
  const app = await checkStep(
    findings,
    options,
    () => 'appSecret',
    () => account.signIn('app'),
  );
  if (app) findings.say('appSecret', 'ok', 'appSecret.accepted');
}
