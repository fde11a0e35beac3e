import type { Clock } from '../../cloud/clock';
import type { CloudError } from '../../cloud/errors';
import type { Findings } from '../../cloud/findings';
import { RefusalPacing } from './back-off';
import type { PushProduct } from './frames';
import type { Dial } from './link';
import type { PushClient } from './push-client';
import { Session, type SessionEnd } from './session';
import { vendorText } from './vendor-text';

const CONNECT_MS = 10_000;
const LOGIN_MS = 10_000;
const LINE_BYTES = 2 ** 20;

export interface PushLoginCheckOptions {
  clock: Clock;
  dial: Dial;
  /** Host with port, as texts name it. */
  host: string;
  product: PushProduct;
  /** The connection that nodes have with the same settings, if any. */
  running?: PushClient;
  /** What is known of earlier checks of this login. */
  refusals: PushRefusals;
}

/** Refused logins of checks, so that pressing a button again and again logs in no more often than a node would. */
export class PushRefusals {
  private readonly pacing: RefusalPacing;
  private last: { error: CloudError; until: number } | undefined;

  constructor(private readonly clock: Clock) {
    this.pacing = new RefusalPacing(clock);
  }

  /** The refusal that still holds. */
  get holding(): CloudError | undefined {
    return this.last && this.last.until > this.clock.mono() ? this.last.error : undefined;
  }

  refused(error: CloudError): void {
    this.last = { error, until: this.clock.mono() + this.pacing.next() };
  }

  accepted(): void {
    this.last = undefined;
    this.pacing.reset();
  }
}

/**
 * Looks at the login of the push service. A connection that nodes have tells of itself and nothing is sent. Otherwise one
 * login is made, which asks for no events and acknowledges none: what the queue holds stays for whoever connects next.
 */
export async function checkPushLogin(findings: Findings, options: PushLoginCheckOptions): Promise<void> {
  const { running, refusals } = options;
  const state = running?.state;
  if (state?.kind === 'connected') {
    const [refused] = state.refused;
    if (refused) findings.failed('push', refused.error);
    else findings.say('push', 'ok', 'push.connected', { host: options.host });
    return;
  }
  const refusal = state?.kind === 'refused' ? state.error : refusals.holding;
  if (refusal) {
    findings.failed('push', refusal);
    return;
  }
  const end = await logIn(options);
  if (end.error) {
    if (end.refused) refusals.refused(end.error);
    findings.failed('push', end.error);
    return;
  }
  refusals.accepted();
  findings.say('push', 'ok', 'push.accepted', { host: options.host });
}

/** Logs in, and ends the connection as soon as the answer is there. */
function logIn({ clock, dial, host, product }: PushLoginCheckOptions): Promise<SessionEnd> {
  return new Promise((resolve) => {
    const nothing = (): void => undefined;
    const session = new Session(
      {
        clock,
        dial,
        host,
        prefetch: 1,
        maxLineBytes: LINE_BYTES,
        connectMs: CONNECT_MS,
        loginMs: LOGIN_MS,
        login: () => [{ product, events: [] }],
        vendorText: vendorText([product]),
        lineStats: { blank: 0, garbage: 0, unknown: 0, tooLong: 0 },
      },
      {
        onOpen: nothing,
        onReady: () => session.finish(),
        batch: (work) => work(),
        onEvent: nothing,
        onControlAnswer: nothing,
        onSubscriptionAnswer: nothing,
        onRejected: nothing,
        takeAcknowledgements: () => '',
        mayHoldBack: () => false,
        onChunkDone: nothing,
        onEnd: resolve,
      },
    );
  });
}
