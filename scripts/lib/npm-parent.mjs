const everyMs = 500;

/**
 * Below npm, ends this process as SIGTERM does once the shell between npm and it is gone. npm hands a SIGTERM of its own
 * to that shell alone, and a shell that has not replaced itself by its command (dash among them) dies without a word.
 */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, everyMs);
  watch.unref();
}
