import { WebSocket } from 'undici';
import type { RunningNodeRed } from './runtime';

/** What a debug node has put into the sidebar. */
export interface DebugMessage {
  /** The debug node's id. */
  id: string;
  /** Its value, as far as JSON has it; the sidebar's own cuts (1000 items, 1000 characters) hold. */
  value: unknown;
}

/** Listens to a running Node-RED as the editor does: to the debug sidebar and to the status of each node. */
export class DebugSidebar {
  readonly messages: DebugMessage[] = [];
  /** Colour of the last status by node id; undefined for a status without one. */
  readonly colours = new Map<string, string | undefined>();
  private wake: () => void = () => undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.addEventListener('message', ({ data }) => {
      const told = JSON.parse(String(data)) as Told | Told[];
      for (const { topic, data: shown } of [told].flat()) {
        if (topic === 'debug') this.messages.push({ id: shown.id, value: shownValue(shown) });
        if (topic.startsWith('status/')) this.colours.set(topic.slice('status/'.length), shown.fill);
      }
      this.wake();
    });
  }

  static async open(runtime: RunningNodeRed): Promise<DebugSidebar> {
    const socket = new WebSocket(`${runtime.url.replace('http', 'ws')}/comms`);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve(), { once: true });
      socket.addEventListener('error', () => reject(new Error('The sidebar cannot be listened to')), { once: true });
    });
    for (const topic of ['debug', 'status/#']) socket.send(JSON.stringify({ subscribe: topic }));
    return new DebugSidebar(socket);
  }

  /** Waits until `enough` holds for what has come so far; throws after `withinMs`, with what did come. */
  async until<T>(
    enough: (messages: readonly DebugMessage[]) => T | undefined,
    what: string,
    withinMs = 30_000,
  ): Promise<T> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const found = enough(this.messages);
      if (found !== undefined) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${what} did not come. ${JSON.stringify(this.messages).slice(0, 2000)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.socket.close();
  }
}

interface Told {
  topic: string;
  data: { id: string; msg: unknown; format: string; fill?: string };
}

function shownValue({ msg, format }: Told['data']): unknown {
  if (format === 'number') return Number(msg);
  if (format === 'boolean') return msg === 'true';
  if (format === 'undefined' || format === 'null') return undefined;
  return /^(Object|array|error|set|map)/i.test(format) ? JSON.parse(String(msg)) : msg;
}
