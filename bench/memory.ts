import { readFileSync, writeFileSync } from 'node:fs';

/** Writing this to `clear_refs` lets Linux forget the highest resident memory so far (proc(5)). */
const FORGET_PEAK = '5';

/**
 * Megabytes by which the resident memory of this process was higher while `work` ran than right before. The process must
 * have been started with `--expose-gc`; on systems without /proc the memory is looked at every 10 ms instead.
 */
export async function measureGrowth(work: () => Promise<void>): Promise<number> {
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const before = process.memoryUsage.rss();
  const highest = watch();
  await work();
  return (highest() - before) / 2 ** 20;
}

function watch(): () => number {
  try {
    writeFileSync('/proc/self/clear_refs', FORGET_PEAK);
    return () => Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  } catch {
    let most = 0;
    const look = (): void => {
      most = Math.max(most, process.memoryUsage.rss());
    };
    const timer = setInterval(look, 10);
    return () => {
      clearInterval(timer);
      look();
      return most;
    };
  }
}
