import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port';

const startMs = 10_000;

/** Mosquitto in a process of its own on a free loopback port, which can be ended and started again. */
export class Mosquitto {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly config: string,
  ) {}

  /** Starts one. With `keeps`, messages and sessions are on the disk as soon as they are confirmed. */
  static async start(folder: string, { keeps = false } = {}): Promise<Mosquitto> {
    mkdirSync(folder, { recursive: true });
    const port = await freePort();
    const lines = [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      // Started by root it would become another user, who may not write here.
      `user ${userInfo().username}`,
      // The usual bound of 1000 drops what is confirmed, when a worker is away for long.
      'max_queued_messages 0',
      ...(keeps
        ? [`persistence true`, `persistence_location ${folder}/`, 'autosave_on_changes true', 'autosave_interval 1']
        : []),
    ];
    const config = join(folder, 'mosquitto.conf');
    writeFileSync(config, `${lines.join('\n')}\n`);
    const broker = new Mosquitto(port, config);
    await broker.startAgain();
    return broker;
  }

  /** Starts it on the same port, with what it has kept. */
  async startAgain(): Promise<void> {
    const program = process.env.MOSQUITTO_PATH ?? '/usr/sbin/mosquitto';
    this.child = spawn(program, ['-c', this.config], { stdio: 'ignore' });
    for (const until = Date.now() + startMs; ; ) {
      if (await this.answers()) return;
      if (Date.now() > until || this.child.exitCode !== null) throw new Error('Mosquitto does not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      const end = (answered: boolean): void => {
        socket.destroy();
        resolve(answered);
      };
      socket.once('connect', () => end(true)).once('error', () => end(false));
    });
  }
}
