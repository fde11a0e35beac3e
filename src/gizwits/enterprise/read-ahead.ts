import type { CallReply } from './call';
import type { Position, RawPage } from './paging';

/** Pages asked for beyond the one in hand. One brings nothing: its answer is there before the page in hand is done. */
const AHEAD = 2;

/** A call that waited longer had to wait for a turn or the quota. */
const WAITED_MS = 1;

/**
 * Asks for the next pages of a listing while the one before is handed on, so that nobody waits for the way to the cloud
 * and back once a page. Only where it costs no call: the cloud has told a `total`, pages follow by `skip`, and a second
 * page has shown that `skip` leads on. Calls that have to wait for their turn anyway do so one by one. Pages are taken to
 * be as long as the last one; where one is shorter, what was asked for beyond it is thrown away.
 */
export class ReadAhead {
  private asked: { skip: number; reply: Promise<CallReply> }[] = [];

  /** @param call asks for the page at a position */
  constructor(private readonly call: (at: Position) => Promise<CallReply>) {}

  /** The answer for a position, which may have been asked for. */
  page(at: Position): Promise<CallReply> {
    const [first] = this.asked;
    if (first && first.skip === at.skip) {
      this.asked.shift();
      return first.reply;
    }
    this.asked = [];
    return this.call(at);
  }

  /** Asks for what follows a page that was at `at`. */
  goOn(at: Position, { next, total = 0, records, meta }: RawPage): void {
    if (at.skip === undefined || next?.skip === undefined || meta.waitedMs > WAITED_MS) return;
    if (this.asked[0]?.skip !== next.skip) this.asked = [];
    while (this.asked.length < AHEAD) {
      const skip = next.skip + this.asked.length * records.length;
      if (skip >= total) return;
      const reply = this.call({ skip });
      // Its failure is told when its turn comes, if it does.
      reply.catch(() => undefined);
      this.asked.push({ skip, reply });
    }
  }
}
