import type { WireRequest } from '../cloud/reply';
import type { ReplySink, Sender, SendOptions, SentRequest } from '../cloud/transport';
import { budgetSpent, type TokenBudget } from './token-budget';

/**
 * A transport that counts the token calls that leave. Here and no higher up, because a call may be tried several times,
 * and one of which no byte left has cost nothing: an outage of an hour must not use up the day.
 */
export function countingSender(sender: Sender, tokenPath: string, budget: TokenBudget, onCount: () => void): Sender {
  return {
    get host() {
      return sender.host;
    },
    get capacity() {
      return sender.capacity;
    },
    get serverTime() {
      return sender.serverTime;
    },
    get secrets() {
      return sender.secrets;
    },
    close: () => sender.close(),
    send(request: WireRequest, options: SendOptions, sink: ReplySink): SentRequest {
      if (!request.path.startsWith(tokenPath)) return sender.send(request, options, sink);
      const waitMs = budget.waitMs();
      if (waitMs > 0) {
        sink.onFailure(budgetSpent(waitMs));
        return { begun: false, abort: () => undefined };
      }
      const takeBack = budget.take();
      onCount();
      return sender.send(request, options, {
        refusal: () => sink.refusal(),
        onReply: (reply) => sink.onReply(reply),
        onFailure: (error) => {
          if (error.outcome === 'not-sent') {
            takeBack();
            onCount();
          }
          sink.onFailure(error);
        },
      });
    },
  };
}
