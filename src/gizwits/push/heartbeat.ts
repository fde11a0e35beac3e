import type { Clock, Timer } from '../../cloud/clock';

export interface HeartbeatTimes {
  /** Silence of the peer after which it is asked for a sign of life. */
  pingAfterMs: number;
  /** Silence after which it is given up, unless something arrives within `recheckMs`. */
  deadAfterMs: number;
  /** The last moment's grace: what lies in the socket unread is read first. */
  recheckMs: number;
  /** The server drops a client that has sent nothing for 5 minutes; something is sent at least this often. */
  sendEveryMs: number;
}

/** A dead peer is noticed within 75 s; the server's own limit of 5 minutes is never near. */
export const HEARTBEAT_TIMES: HeartbeatTimes = {
  pingAfterMs: 30_000,
  deadAfterMs: 70_000,
  recheckMs: 2000,
  sendEveryMs: 120_000,
};

/** A timer that fires this late tells that the event loop stood still or the machine slept. */
const LATE_MS = 2000;
/** What the peer gets to answer after such a pause, in which its bytes could not be read. */
const AFTER_PAUSE_MS = 10_000;

/** Watches over an idle connection: any byte from the peer counts as a sign of life. */
export class Heartbeat {
  private timer: Timer | undefined;
  private heardAt = 0;
  private sentAt = 0;
  private pingedAt = 0;
  private expectedAt = 0;
  private suspected = false;

  constructor(
    private readonly clock: Clock,
    private readonly peer: {
      ping(): void;
      dead(): void;
      /** False while we do not read ourselves: silence says nothing then. */
      listening(): boolean;
    },
    private readonly times: HeartbeatTimes = HEARTBEAT_TIMES,
  ) {}

  start(): void {
    const now = this.clock.mono();
    this.heardAt = this.sentAt = this.pingedAt = now;
    this.arm(now);
  }

  stop(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Seconds since the last byte from the peer. */
  get silentSeconds(): number {
    return Math.round((this.clock.mono() - this.heardAt) / 1000);
  }

  /** Bytes came in. `now` is monotonic milliseconds. */
  heard(now: number): void {
    this.heardAt = now;
  }

  /** Bytes went out. */
  sent(now: number): void {
    this.sentAt = now;
  }

  private arm(now: number): void {
    const { pingAfterMs, deadAfterMs, recheckMs, sendEveryMs } = this.times;
    const ping = Math.max(this.heardAt, this.pingedAt) + pingAfterMs;
    const dead = this.heardAt + deadAfterMs;
    const wait = this.suspected ? recheckMs : Math.min(ping, dead, this.sentAt + sendEveryMs) - now;
    this.expectedAt = now + Math.max(0, wait);
    this.timer = this.clock.setTimeout(() => this.check(), Math.max(0, wait));
  }

  private check(): void {
    const now = this.clock.mono();
    const { pingAfterMs, deadAfterMs, sendEveryMs } = this.times;
    const paused = now - this.expectedAt > LATE_MS;
    if (!this.peer.listening()) {
      this.heardAt = now;
      this.suspected = false;
    } else if (paused) {
      this.heardAt = Math.max(this.heardAt, now - deadAfterMs + AFTER_PAUSE_MS);
      this.suspected = false;
      this.ping(now);
    }
    if (now - this.heardAt < deadAfterMs) {
      this.suspected = false;
    } else if (this.suspected) {
      this.timer = undefined;
      this.peer.dead();
      return;
    } else {
      this.suspected = true;
    }
    const quiet = now - Math.max(this.heardAt, this.pingedAt) >= pingAfterMs;
    if (!this.suspected && (quiet || now - this.sentAt >= sendEveryMs)) this.ping(now);
    this.arm(now);
  }

  private ping(now: number): void {
    // Counted as sent whether or not it could be written: a closing link must not be asked in a loop.
    this.pingedAt = this.sentAt = now;
    this.peer.ping();
  }
}
