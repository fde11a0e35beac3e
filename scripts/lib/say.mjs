/** Tells the user what happens, in English and in Chinese. */
export function say(english, chinese) {
  console.log(`${english}\n${chinese}`);
}

/** Tells the user what went wrong and what to do, and ends the process with code 1. */
export function fail(english, chinese) {
  console.error(`${english}\n${chinese}`);
  process.exit(1);
}
