import type { Device } from './device';
import { hash, hex, unit } from './random';

/** A device group. Members are macs; a mac is in one group of its product at most. */
export interface Group {
  readonly gid: string;
  readonly productKey: string;
  readonly parent: string | null;
  readonly macs: Set<string>;
}

/** The device groups of all products: one tree a product. */
export class Groups {
  private readonly groups = new Map<string, Group>();
  private made = 0;

  constructor(
    private readonly seed: number,
    devices: readonly Device[],
  ) {
    for (const productKey of new Set(devices.map(({ product }) => product.productKey))) {
      const root = this.create(productKey, null);
      const branches = [this.create(productKey, root.gid), this.create(productKey, root.gid)];
      branches.push(this.create(productKey, (branches[0] as Group).gid));
      for (const device of devices) {
        if (device.product.productKey !== productKey || unit(device.seed, 95) > 0.6) continue;
        const group = hash(device.seed, 96) % 5 === 0 ? root : branches[hash(device.seed, 97) % branches.length];
        (group as Group).macs.add(device.mac);
      }
    }
  }

  get(gid: string): Group | undefined {
    return this.groups.get(gid);
  }

  /** Groups of a product in the order of their creation; the root first. */
  of(productKey: string): Group[] {
    return [...this.groups.values()].filter((group) => group.productKey === productKey);
  }

  childrenOf(gid: string): Group[] {
    return [...this.groups.values()].filter(({ parent }) => parent === gid);
  }

  /** The group that holds a mac. */
  holding(productKey: string, mac: string): Group | undefined {
    return this.of(productKey).find(({ macs }) => macs.has(mac));
  }

  create(productKey: string, parent: string | null): Group {
    const group: Group = { gid: hex(16, this.seed, 98, this.made++), productKey, parent, macs: new Set() };
    this.groups.set(group.gid, group);
    return group;
  }

  delete(gid: string): void {
    this.groups.delete(gid);
  }

  /** Macs of a group and of all groups below it: what a report or a search by gid counts. */
  macsBelow(gid: string): Set<string> {
    const macs = new Set(this.groups.get(gid)?.macs ?? []);
    for (const child of this.childrenOf(gid)) for (const mac of this.macsBelow(child.gid)) macs.add(mac);
    return macs;
  }
}
