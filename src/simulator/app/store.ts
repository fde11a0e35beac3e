import { hex } from '../world/random';

/** A message to a user. Times are epoch milliseconds. */
export interface Message {
  id: string;
  uid: string;
  status: 0 | 1 | 2;
  content: string;
  createdAt: number;
  updatedAt: number;
}

/** An invitation to a device. */
export interface Share {
  id: number;
  type: 0 | 1;
  did: string;
  owner: string;
  /** Empty for a share by QR code that nobody has accepted. */
  guest: string;
  code: string;
  status: 0 | 1 | 2 | 3;
  /** What the owner calls the guest, and the guest the owner. */
  aliases: Record<string, string>;
  createdAt: number;
  updatedAt: number;
  expiredAt: number;
  /** Minutes that the guest may use the device. */
  minutes: number | undefined;
  /** When that is over. */
  endsAt: number;
}

export interface DeviceGroup {
  id: string;
  uid: string;
  name: string;
  productKey: string;
  dids: string[];
  createdAt: number;
  updatedAt: number;
}

/** One step of a scene or a rule: a command to devices, or a pause. */
export interface Step {
  dids: string[];
  attrs?: Record<string, unknown>;
  raw?: unknown;
  coding: 'hex' | 'base64';
  /** Seconds. */
  delay: number;
}

export interface Rule {
  id: number;
  uid: string;
  appid: string;
  /** As it was given, and as it is printed. */
  body: Record<string, unknown>;
  did: string;
  event: string;
  eventAttr: { name: string; raised: boolean } | undefined;
  intervalMs: number;
  lastRunAt: number;
}

export interface Scene {
  id: string;
  uid: string;
  appid: string;
  name: string;
  remark: string;
  tasks: Record<string, unknown>[];
  createdAt: number;
  updatedAt: number;
  /** 0 running, 1 done, 2 failed, 3 not running. */
  status: 0 | 1 | 2 | 3;
}

export interface Schedule {
  id: string;
  uid: string;
  appid: string;
  kind: 'device' | 'common' | 'old';
  did: string;
  groupId: string;
  sceneId: string;
  attrs: Record<string, unknown> | undefined;
  raw: string;
  coding: 'hex' | 'base64';
  date: string;
  time: string;
  repeat: string;
  days: string[];
  startDate: string;
  endDate: string;
  enabled: boolean;
  remark: string;
  /** Of an old schedule. */
  task: Record<string, unknown>[];
  createdAt: number;
  /** Minute of the last run, so that none is made twice. */
  ranAt: number;
  logs: { datetime: string; status: string; detail: Record<string, boolean> }[];
}

/** What users have written to a device, by `uid did`. */
export interface DeviceNames {
  remark: string;
  alias: string;
  labels: string[];
}

/** What the Open API keeps beyond the world that all clouds share. */
export class AppStore {
  /** Passwords that were set by calls, by uid. */
  readonly passwords = new Map<string, string>();
  /** Uids of anonymous users and of those of third parties, by `appid sign`. */
  readonly signs = new Map<string, string>();
  readonly languages = new Map<string, string>();
  /** Codes by phone number. */
  readonly smsCodes = new Map<string, { code: string; until: number }>();
  /** What the picture of a captcha shows, by its id. */
  readonly captchas = new Map<string, string>();
  readonly names = new Map<string, DeviceNames>();
  /** Devices that have an owner in the sense of sharing: others are guests. */
  readonly owned = new Set<string>();
  readonly messages: Message[] = [];
  readonly shares: Share[] = [];
  readonly groups: DeviceGroup[] = [];
  readonly rules: Rule[] = [];
  readonly scenes: Scene[] = [];
  readonly schedules: Schedule[] = [];
  private count = 0;

  constructor(private readonly seed: number) {}

  /** An id as the document database of the cloud makes them: 24 hex digits. */
  id(): string {
    return hex(12, this.seed, 501, this.count++);
  }

  /** A number as its other database makes them. */
  number(): number {
    return 10_001 + this.count++;
  }

  /** 32 hex digits that nobody can guess from another. */
  code(): string {
    return hex(16, this.seed, 502, this.count++);
  }

  namesOf(uid: string, did: string): DeviceNames {
    return this.names.get(`${uid} ${did}`) ?? { remark: '', alias: '', labels: [] };
  }

  setNames(uid: string, did: string, names: DeviceNames): void {
    this.names.set(`${uid} ${did}`, names);
  }
}
