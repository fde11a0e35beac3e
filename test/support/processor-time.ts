/** Processor time of this process so far, milliseconds: time of the wall counts in what else the machine does. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
