import { createRequire } from 'node:module';
import { nodeRedPath } from '../../support/runtime';

interface Completion {
  msg: Record<string, unknown>;
  error?: { code?: string; message?: string };
  node: { id: string };
}

interface Hooks {
  add(name: string, hook: (event: Completion) => void): void;
  remove(name: string): void;
}

/** Node-RED's own word for every `done` of a node, told before Catch and Complete, and whether or not these are there. */
export class Endings {
  /** Endings by the number on the message. */
  readonly byNumber = new Map<number, { code: string | undefined; error: unknown }[]>();
  private readonly hooks: Hooks;
  private onEnding: (() => void) | undefined;

  constructor(nodeId: string) {
    const util = createRequire(createRequire(nodeRedPath()).resolve('@node-red/runtime'))('@node-red/util');
    this.hooks = (util as { hooks: Hooks }).hooks;
    this.hooks.add('onComplete.faults', ({ msg, error, node }) => {
      if (node.id !== nodeId || typeof msg.number !== 'number') return;
      const endings = this.byNumber.get(msg.number) ?? [];
      endings.push({ code: error?.code, error });
      this.byNumber.set(msg.number, endings);
      this.onEnding?.();
    });
  }

  /** Waits until so many inputs have ended; false when the time is over before. */
  wait(inputs: number, withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), withinMs);
      this.onEnding = () => {
        if (this.byNumber.size < inputs) return;
        clearTimeout(timer);
        resolve(true);
      };
      this.onEnding();
    });
  }

  /** Inputs that ended more than once. */
  get doubled(): number {
    return [...this.byNumber.values()].filter(({ length }) => length > 1).length;
  }

  /** Error codes with how often each came; `ok` for none. */
  get codes(): Record<string, number> {
    const codes: Record<string, number> = {};
    for (const [ending] of this.byNumber.values()) {
      const code = ending?.error ? (ending.code ?? 'no code') : 'ok';
      codes[code] = (codes[code] ?? 0) + 1;
    }
    return codes;
  }

  stop(): void {
    this.hooks.remove('*.faults');
  }
}
