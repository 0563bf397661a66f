/** Asks again and again until the condition holds, and gives what was found. Throws after `seconds`. */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  condition: (value: T) => boolean,
  seconds = 10,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const value = await ask();
    if (condition(value)) return value;
    if (performance.now() > end) throw new Error(`still not so after ${seconds} s`);
    await Bun.sleep(10);
  }
}
