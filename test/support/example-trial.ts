import should from 'should';
import type { DebugMessage, DebugSidebar } from './debug-messages';
import type { Ask, Look, Press, Quiet } from './example-runs';
import { nameOf } from './flow-layout';
import type { FlowNode, RunningNodeRed } from './runtime';

/** Nodes that are connected to a cloud, or registered with one, from the deploy on. */
const liveTypes = new Set(['gizwits-events', 'gizwits-app-events', 'expeed-webhook-in']);

/** An example in use. */
export class Trial {
  private readonly tried = new Set<FlowNode>();
  /** How many messages had come when the present step began. */
  private begun = 0;

  constructor(
    private readonly runtime: RunningNodeRed,
    private readonly sidebar: DebugSidebar,
    private readonly flow: readonly FlowNode[],
  ) {}

  /** Waits until all nodes that begin a flow of themselves are connected, as somebody who tries an example does. */
  async connected(): Promise<void> {
    const live = this.flow.filter(({ type }) => liveTypes.has(type));
    await this.sidebar.until(
      () => live.every(({ id }) => this.sidebar.colours.get(id) === 'green') || undefined,
      'green',
    );
  }

  quiet({ quiet }: Quiet): void {
    this.tried.add(this.node('debug', quiet));
  }

  async press({ press, shows }: Press): Promise<void> {
    const button = this.node('inject', press);
    this.tried.add(button);
    this.begun = this.sidebar.messages.length;
    const reply = await this.runtime.request(`/inject/${button.id}`, { method: 'POST' });
    should(reply.status).equal(200, `${press} cannot be pressed`);
    await this.see(press, shows);
  }

  async ask({ ask, body, look, shows = {} }: Ask): Promise<void> {
    this.begun = this.sidebar.messages.length;
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const until = Date.now() + 20_000;
    for (;;) {
      const reply = await (await this.runtime.request(ask, body && post)).text();
      try {
        look(reply);
        break;
      } catch (error) {
        // What changes the world is asked for once.
        if (body || Date.now() > until) throw new Error(`${ask}: ${(error as Error).message}\n${reply.slice(0, 1000)}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    await this.see(ask, shows);
  }

  /** Buttons and active debug nodes that no step has named. What hangs on a Catch node need not show anything. */
  untried(): string[] {
    const onCatch = this.behind('catch');
    const wanted = this.flow.filter(
      ({ type, active, id, once }) => (type === 'inject' && !once) || (type === 'debug' && active && !onCatch.has(id)),
    );
    return wanted.filter((node) => !this.tried.has(node)).map(nameOf);
  }

  /** What has come from debug nodes behind Catch that no step has named. */
  unexpected(): unknown[] {
    const named = new Set([...this.tried].map(({ id }) => id));
    const onCatch = this.behind('catch');
    return this.sidebar.messages.filter(({ id }) => onCatch.has(id) && !named.has(id)).map(({ value }) => value);
  }

  private async see(step: string, shows: Readonly<Record<string, Look>>): Promise<void> {
    for (const [name, look] of Object.entries(shows)) {
      const debug = this.node('debug', name);
      this.tried.add(debug);
      let reason = 'nothing';
      const right = ({ value }: DebugMessage): boolean => {
        try {
          look(value, this.runtime);
          return true;
        } catch (error) {
          reason = `${(error as Error).message}: ${JSON.stringify(value)?.slice(0, 600)}`;
          return false;
        }
      };
      const since = this.begun;
      await this.sidebar
        .until((messages) => messages.slice(since).find((one) => one.id === debug.id && right(one)), name)
        .catch((error: Error) => {
          throw new Error(`${step}: ${name} shows ${reason}. ${error.message.slice(0, 500)}`);
        });
    }
  }

  private node(type: string, name: string): FlowNode {
    const named = this.flow.filter(
      (node) => node.type === type && (nameOf(node) === name || nameOf(node).startsWith(`${name} · `)),
    );
    const near = this.flow.filter((node) => node.type === type && nameOf(node).startsWith(name));
    const found = named.length > 0 ? named : near;
    if (found.length === 0) throw new Error(`There is no ${type} node called ${name}`);
    return (found.find((node) => !this.tried.has(node)) ?? found[0]) as FlowNode;
  }

  /** Ids of the nodes that messages from nodes of a type reach. */
  private behind(type: string): Set<string> {
    const found = new Set<string>();
    const follow = (node: FlowNode | undefined): void => {
      for (const id of (node?.wires as string[][] | undefined)?.flat() ?? []) {
        if (found.has(id)) continue;
        found.add(id);
        follow(this.flow.find((other) => other.id === id));
      }
    };
    for (const node of this.flow) if (node.type === type) follow(node);
    return found;
  }
}
