import type { Clock, Timer } from '../../cloud/clock';
import type { Attrs } from '../world/datapoint';
import type { Device } from '../world/device';
import type { CommandOrigin, World } from '../world/world';
import type { AppStore, Rule, Scene, Schedule, Step } from './store';

const MINUTE_MS = 60_000;
const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

type Side = string | number | boolean | undefined;

/**
 * Carries out what users have asked for in advance: scenes step by step, schedules at their minute, rules when a device
 * says something. It watches time and world only while there is something to watch for.
 */
export class Runner {
  private readonly timers = new Set<Timer>();
  private minute: Timer | undefined;
  private stops: (() => void)[] = [];
  /** Datapoints as last reported, by did, for rules that look at several devices. */
  private readonly seen = new Map<string, Attrs>();

  constructor(
    private readonly clock: Clock,
    private readonly world: () => World,
    private readonly store: AppStore,
  ) {}

  /** To be called when schedules or rules have come or gone. */
  refresh(): void {
    const hasSchedules = this.store.schedules.some(({ enabled }) => enabled);
    if (hasSchedules && this.minute === undefined) this.armMinute();
    if (!hasSchedules && this.minute !== undefined) {
      this.clock.clearTimeout(this.minute);
      this.minute = undefined;
    }
    if (this.store.rules.length > 0 && this.stops.length === 0) this.watch();
    if (this.store.rules.length === 0) this.unwatch();
  }

  /** Starts a scene. */
  runScene(scene: Scene): void {
    scene.status = 0;
    const steps = scene.tasks.map((task) => this.sceneStep(task));
    const origin: CommandOrigin = { source: 'open_api', appid: scene.appid, uid: scene.uid };
    this.run(steps, origin, (ok) => {
      scene.status = ok ? 1 : 2;
    });
  }

  close(): void {
    for (const timer of this.timers) this.clock.clearTimeout(timer);
    this.timers.clear();
    if (this.minute !== undefined) this.clock.clearTimeout(this.minute);
    this.minute = undefined;
    this.unwatch();
  }

  /** Runs steps one after the other; a step that fails ends them. */
  private run(steps: readonly Step[], origin: CommandOrigin, done: (ok: boolean) => void): void {
    for (const [index, step] of steps.entries()) {
      if (step.delay > 0) {
        const timer = this.clock.setTimeout(() => {
          this.timers.delete(timer);
          this.run(steps.slice(index + 1), origin, done);
        }, step.delay * 1000);
        this.timers.add(timer);
        return;
      }
      if (!this.act(step, origin).every(([, ok]) => ok)) {
        done(false);
        return;
      }
    }
    done(true);
  }

  /** Commands every device of a step; tells which took it. */
  private act({ dids, attrs, raw, coding }: Step, origin: CommandOrigin): [did: string, ok: boolean][] {
    const world = this.world();
    return dids.map((did) => {
      const device = world.device(did);
      const isBound = origin.uid === undefined || world.people.current(origin.uid, did) !== undefined;
      if (!device || !isBound) return [did, false];
      const command = attrs && Object.keys(attrs).length > 0 ? { attrs, coding } : { raw, coding };
      return [did, world.control(device, command, origin).accepted];
    });
  }

  private sceneStep(task: Record<string, unknown>): Step {
    const { task_type: type, did, group_id: groupId, attrs, raw, time } = task;
    const delay = type === 'delay' ? Number(time) : 0;
    const dids = type === 'delay' ? [] : type === 'device' ? [String(did)] : this.membersOf(String(groupId));
    return { dids, attrs: attrs as Record<string, unknown> | undefined, raw, coding: 'base64', delay };
  }

  private membersOf(groupId: string): string[] {
    return this.store.groups.find(({ id }) => id === groupId)?.dids ?? [];
  }

  private armMinute(): void {
    const now = this.clock.now();
    const wait = MINUTE_MS - (now % MINUTE_MS);
    this.minute = this.clock.setTimeout(() => {
      this.minute = undefined;
      this.runDue();
      this.refresh();
    }, wait);
    // A simulator that only waits for a schedule must not keep a process alive.
    (this.minute as { unref?: () => void }).unref?.();
  }

  private runDue(): void {
    const now = Math.floor(this.clock.now() / MINUTE_MS) * MINUTE_MS;
    for (const schedule of this.store.schedules) {
      if (!isDue(schedule, now) || schedule.ranAt === now) continue;
      schedule.ranAt = now;
      this.runSchedule(schedule, now);
    }
  }

  private runSchedule(schedule: Schedule, now: number): void {
    const origin: CommandOrigin = { source: 'scheduler', appid: schedule.appid, uid: schedule.uid };
    const scene = this.store.scenes.find(({ id }) => id === schedule.sceneId);
    if (scene) this.runScene(scene);
    const steps: Step[] = schedule.task.map(({ did, attrs }) => ({
      dids: [String(did)],
      attrs: attrs as Record<string, unknown>,
      coding: 'hex',
      delay: 0,
    }));
    if (schedule.task.length === 0 && !scene) {
      const dids = schedule.did ? [schedule.did] : this.membersOf(schedule.groupId);
      steps.push({ dids, attrs: schedule.attrs, raw: schedule.raw, coding: schedule.coding, delay: 0 });
    }
    const results = steps.flatMap((step) => this.act(step, origin));
    schedule.logs.push({
      datetime: `${new Date(now).toISOString().slice(0, 19)}Z`,
      status: results.every(([, ok]) => ok) ? 'succeed' : 'failed',
      detail: Object.fromEntries(results),
    });
  }

  private watch(): void {
    const { events } = this.world();
    this.stops = [
      events.on('report', ({ device, attrs }) => {
        this.seen.set(device.did, { ...this.seen.get(device.did), ...attrs });
        this.meet(device, 'data');
      }),
      events.on('online', ({ device }) => this.meet(device, 'online')),
      events.on('offline', ({ device }) => this.meet(device, 'offline')),
      events.on('incident', ({ device, kind, name, raised }) => this.meet(device, kind, { name, raised })),
    ];
  }

  private unwatch(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
  }

  private meet(device: Device, event: string, incident?: { name: string; raised: boolean }): void {
    const now = this.world().now();
    for (const rule of this.store.rules) {
      if (rule.did !== device.did || rule.event !== event) continue;
      if (incident && !(incident.name === rule.eventAttr?.name && incident.raised === rule.eventAttr.raised)) continue;
      if (now - rule.lastRunAt < rule.intervalMs || !this.holds(rule)) continue;
      rule.lastRunAt = now;
      const origin: CommandOrigin = { source: 'open_api', appid: rule.appid, uid: rule.uid };
      for (const sequence of (rule.body.output ?? []) as Record<string, unknown>[][]) {
        this.run(sequence.map(ruleStep), origin, () => undefined);
      }
    }
  }

  /** Whether all conditions of one group hold; without any, they do. */
  private holds(rule: Rule): boolean {
    const groups = (rule.body.condition ?? []) as Record<string, unknown>[][];
    if (groups.length === 0) return true;
    const inputs = (rule.body.input ?? []) as Record<string, unknown>[];
    return groups.some((group) =>
      group.every(({ left, opt, right }) => compare(this.side(left, inputs), String(opt), this.side(right, inputs))),
    );
  }

  /** `prefix.datapoint`, a number, or text in quotation marks. */
  private side(value: unknown, inputs: readonly Record<string, unknown>[]): Side {
    const text = String(value).trim();
    const quoted = /^(['"])(.*)\1$/.exec(text);
    if (quoted) return quoted[2];
    if (text !== '' && Number.isFinite(Number(text))) return Number(text);
    const dot = text.indexOf('.');
    const input = inputs.find(({ prefix }) => prefix === text.slice(0, dot));
    return input ? this.valueOf(String(input.did), text.slice(dot + 1)) : text;
  }

  private valueOf(did: string, name: string): Side {
    const world = this.world();
    const device = world.device(did);
    const at = device && world.lastReportAt(device);
    const known = this.seen.get(did)?.[name];
    if (known !== undefined || !device || at === undefined) return known;
    return world.attrsAt(device, at)[name];
  }
}

function ruleStep({ type, did, attrs, raw, delay }: Record<string, unknown>): Step {
  const isDelay = type === 'delay';
  return {
    dids: isDelay ? [] : [String(did)],
    attrs: attrs as Record<string, unknown> | undefined,
    raw,
    coding: 'hex',
    delay: isDelay ? Number(delay) : 0,
  };
}

function compare(left: Side, operator: string, right: Side): boolean {
  if (left === undefined || right === undefined) return false;
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    default:
      return left <= right;
  }
}

/** Whether a schedule runs in the minute that begins at `now`; all its times are UTC. */
function isDue(schedule: Schedule, now: number): boolean {
  const time = new Date(now).toISOString();
  const day = time.slice(0, 10);
  const { enabled, startDate, endDate, repeat, days, date } = schedule;
  if (!enabled || time.slice(11, 16) !== schedule.time) return false;
  if (repeat === 'none') return date === day;
  if ((startDate && day < startDate) || (endDate && day > endDate)) return false;
  if (repeat === 'day') return days.map(Number).includes(Number(day.slice(8)));
  return repeat.split(',').includes(DAY_NAMES[new Date(now).getUTCDay()] as string);
}
