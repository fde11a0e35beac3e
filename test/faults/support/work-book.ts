import { closeSync, openSync, readSync } from 'node:fs';

/** Text of a function node that writes down that a message has come (`b`) or that its work is done (`d`), and passes it on. */
export function writesDown(path: string, kind: 'b' | 'd'): string {
  const line = `'${kind} ' + process.pid + ' ' + msg.gizwits.msgId + '\\n'`;
  const fs = "process.getBuiltinModule('node:fs')";
  return `const process = global.get('process'); ${fs}.appendFileSync(${JSON.stringify(path)}, ${line}); return msg;`;
}

/**
 * What a flow in another process has done, as it wrote it down line by line: `b <process> <message id>` when an event
 * came into the flow, `d <process> <message id>` when its work was done. Reading is synchronous, so that the judge of an
 * acknowledgement knows at once what had been done before it.
 */
export class WorkBook {
  /** Message ids whose work has been done. */
  readonly done = new Set<string>();
  /** How many of them each process was the first to do. */
  readonly doneBy = new Map<number, number>();
  /** Arrivals of one event in one process beyond the first. */
  repeatsWithinAProcess = 0;
  /** Arrivals of one event beyond the first, in whatever process. */
  repeats = 0;
  /** Arrivals. */
  begun = 0;
  private readonly file: number;
  private readonly arrivals = new Map<string, Set<string>>();
  private readonly buffer = Buffer.alloc(1 << 16);
  private rest = '';

  constructor(path: string) {
    this.file = openSync(path, 'a+');
  }

  /** Reads what has been written since. */
  read(): void {
    for (;;) {
      const bytes = readSync(this.file, this.buffer, 0, this.buffer.length, null);
      if (bytes === 0) return;
      const lines = (this.rest + this.buffer.toString('latin1', 0, bytes)).split('\n');
      this.rest = lines.pop() ?? '';
      for (const line of lines) this.take(line);
    }
  }

  close(): void {
    closeSync(this.file);
  }

  private take(line: string): void {
    const [kind, process = '', id = ''] = line.split(' ');
    if (kind === 'd') {
      if (!this.done.has(id)) this.doneBy.set(Number(process), (this.doneBy.get(Number(process)) ?? 0) + 1);
      this.done.add(id);
      return;
    }
    this.begun++;
    const processes = this.arrivals.get(id) ?? new Set();
    if (processes.has(process)) this.repeatsWithinAProcess++;
    if (processes.size > 0) this.repeats++;
    this.arrivals.set(id, processes.add(process));
  }
}
