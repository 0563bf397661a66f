/** Asks again and again until the condition holds, and gives what was found. Throws after `seconds`. */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  condition: (value: T) => boolean,
  seconds = 10,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (let pauseMilliseconds = 1; ; pauseMilliseconds = Math.min(2 * pauseMilliseconds, 10)) {
    const value = await ask();
    if (condition(value)) return value;
    if (performance.now() > end) throw new Error(`still not so after ${seconds} s`);
    await Bun.sleep(pauseMilliseconds);
  }
}
