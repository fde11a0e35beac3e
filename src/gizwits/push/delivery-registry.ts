import type { Clock } from '../../cloud/clock';
import type { AcknowledgeResult, Delivery } from './delivery';

/** What the registry asks of the part that gave a delivery out. */
export interface DeliveryIssuer {
  /** `rest` is what the issuer put behind its name in the delivery's text. */
  acknowledge(rest: string): AcknowledgeResult;
}

const SEPARATOR = '.';

/**
 * Finds the owner of a delivery by its text, for whoever acknowledges without knowing the connection. One a process is
 * enough; issuers leave it when they close, and a text that outlives its process belongs to nobody.
 */
export class DeliveryRegistry {
  private readonly issuers = new Map<string, DeliveryIssuer>();

  constructor(private readonly clock: Clock) {}

  /** Gives the issuer a name that no other has or had; its deliveries are `name` + `.` + whatever it likes. */
  register(issuer: DeliveryIssuer): string {
    let name: string;
    do name = randomText(this.clock) + randomText(this.clock);
    while (this.issuers.has(name));
    this.issuers.set(name, issuer);
    return name;
  }

  unregister(name: string): void {
    this.issuers.delete(name);
  }

  acknowledge(delivery: string): AcknowledgeResult {
    const cut = delivery.indexOf(SEPARATOR);
    if (cut < 0) return 'unknown';
    return this.issuers.get(delivery.slice(0, cut))?.acknowledge(delivery.slice(cut + 1)) ?? 'unknown';
  }

  /** One delivery that stands for several, as for a batch of events in one message. */
  group(members: readonly Delivery[]): Delivery {
    return new DeliveryGroup(this, members);
  }
}

class DeliveryGroup implements Delivery, DeliveryIssuer {
  readonly id: string;
  readonly redelivered: boolean;
  readonly outOfOrder: boolean;
  onEnd?: () => void;
  private readonly name: string;
  private open = 0;

  constructor(
    private readonly registry: DeliveryRegistry,
    private members: readonly Delivery[],
  ) {
    this.redelivered = members.some((member) => member.redelivered);
    this.outOfOrder = members.some((member) => member.outOfOrder);
    this.name = registry.register(this);
    this.id = `${this.name}${SEPARATOR}`;
    const memberEnded = (): void => this.memberEnded();
    for (const member of members) {
      if (member.ended) continue;
      this.open++;
      member.onEnd = memberEnded;
    }
    if (this.open === 0) registry.unregister(this.name);
  }

  get ended(): boolean {
    return this.open === 0;
  }

  acknowledge(): AcknowledgeResult {
    if (this.ended) return 'gone';
    this.done();
    return 'acknowledged';
  }

  done(): void {
    for (const member of this.members) member.done();
  }

  /** A group whose members have all ended, each in its own way, is forgotten, acknowledged or not. */
  private memberEnded(): void {
    if (--this.open > 0) return;
    // Whoever still remembers the group need not remember them.
    this.members = [];
    this.registry.unregister(this.name);
    this.onEnd?.();
  }
}

function randomText(clock: Clock): string {
  return Math.floor(clock.random() * 2 ** 48).toString(36);
}
