/** No answer of this kind leaves before: well above what the slower of the two paths takes. */
const floorMilliseconds = 50;

/**
 * Does `work` and gives its result no sooner than a fixed time after the start, so that the answer's time does not tell
 * whether there was a row to change.
 */
export async function answerInEqualTime<T>(work: () => Promise<T>): Promise<T> {
  const [result] = await Promise.all([work(), Bun.sleep(floorMilliseconds)]);
  return result;
}
