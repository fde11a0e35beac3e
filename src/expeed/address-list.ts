import { BlockList, isIP } from 'node:net';
import { configError, excerpt } from '../cloud/input';

/** IPv4 addresses as a socket of both families reports them: `::ffff:192.0.2.1`. */
const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/** Addresses whose answer is kept: platforms call from few, and checking one takes as long as reading a push. */
const MOST_KNOWN = 256;

/** The addresses that may call: single ones and networks in CIDR notation, of both families. */
export class AddressList {
  private readonly list = new BlockList();
  private readonly known = new Map<string, boolean>();

  /**
   * @param entries such as `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`
   * @throws CloudError GIZ_CONFIG naming the entry that is none of these: a list that cannot be read lets nobody in.
   */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.add(entry);
  }

  has(address: string | undefined): boolean {
    if (address === undefined) return false;
    let has = this.known.get(address);
    if (has === undefined) {
      has = this.check(plainAddress(address));
      if (this.known.size >= MOST_KNOWN) this.known.clear();
      this.known.set(address, has);
    }
    return has;
  }

  private check(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  }

  private add(entry: string): void {
    const [network, bits, ...rest] = entry.split('/');
    const address = plainAddress(network);
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (family === 0 || rest.length > 0 || !(prefix <= most)) {
      throw configError('invalid', {
        field: 'allowFrom',
        given: excerpt(entry),
        accepted: { textKey: 'expeed.accepts.address' },
      });
    }
    this.list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
}

/** An address without the IPv6 clothes of an IPv4 one, and without a zone. */
export function plainAddress(address: string): string {
  const bare = address.trim().replace(/%.*$/, '');
  return MAPPED.exec(bare)?.[1] ?? bare;
}
