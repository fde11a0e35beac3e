import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { program } from './files';

interface Request {
  id: number;
  name: string;
  argument: unknown;
}

interface Answer {
  id: number;
  value?: unknown;
  error?: string;
}

/** How long an answer may take; longer than any window. */
const PATIENCE_MS = 180_000;

/** A server in a process of its own, so that its work is not counted as that of the client. */
export class Helper {
  private readonly asked = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private requests = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (message) => {
      const { id, value, error } = message as Answer;
      const waiting = this.asked.get(id);
      this.asked.delete(id);
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(error));
    });
    child.on('exit', () => {
      for (const { reject } of this.asked.values()) reject(new Error('a server of the benchmark has ended'));
      this.asked.clear();
    });
  }

  /** @param name of a program below bench/servers */
  static start(name: string): Helper {
    return new Helper(fork(program(`servers/${name}`), { execArgv: [] }));
  }

  /** Has a function of the server called; see {@link serve}. */
  ask<T>(name: string, argument: unknown = undefined): Promise<T> {
    const id = ++this.requests;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${name}`)), PATIENCE_MS);
      const end = (finish: () => void): void => {
        clearTimeout(timer);
        finish();
      };
      this.asked.set(id, {
        resolve: (value) => end(() => resolve(value as T)),
        reject: (error) => end(() => reject(error)),
      });
      this.child.send({ id, name, argument } satisfies Request);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

/** Lets the parent process call these functions; ends the process when the parent is gone. */
export function serve(functions: Readonly<Record<string, (argument: never) => unknown>>): void {
  process.on('message', (message) => {
    const { id, name, argument } = message as Request;
    const answer = (result: Omit<Answer, 'id'>): void => {
      process.send?.({ id, ...result } satisfies Answer);
    };
    Promise.resolve()
      .then(() => functions[name]?.(argument as never))
      .then(
        (value) => answer({ value }),
        (error: unknown) => answer({ error: String(error) }),
      );
  });
  process.on('disconnect', () => process.exit());
}

/** The part of the time since the last call in which this process had no rest. */
export function busyMeter(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
