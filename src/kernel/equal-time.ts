/** The shortest time that such an operation takes, in milliseconds: well above what the slower of the two paths takes. */
const floorMilliseconds = 50;

/**
 * Runs `work`, and returns its result no sooner than a fixed time after the start, so that the response time does not show
 * whether there was a row to change.
 */
export async function answerInEqualTime<T>(work: () => Promise<T>): Promise<T> {
  const [result] = await Promise.all([work(), Bun.sleep(floorMilliseconds)]);
  return result;
}
