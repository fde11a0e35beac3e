import { fail } from './say.mjs';

/** Reads the switches among the command line's arguments; an unknown one ends the process with what is accepted. */
export function readSwitches(accepted) {
  const given = process.argv.slice(2);
  const unknown = given.find((argument) => !accepted.includes(argument));
  if (unknown) {
    fail(
      `Unknown argument ${unknown}. Accepted: ${accepted.join(' ')}`,
      `未知参数 ${unknown}。可接受：${accepted.join(' ')}`,
    );
  }
  return new Set(given);
}
