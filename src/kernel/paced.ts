import { monotonicMilliseconds } from "./clock.ts";

/**
 * Runs `work` on demand, one run at a time, with at least `pauseMilliseconds` between the starts of two runs. A call resolves
 * with a run that starts after the call. Calls that wait for the same run share its result and its error.
 */
export function paced(work: () => Promise<void>, pauseMilliseconds: number): () => Promise<void> {
  let startedAt = Number.NEGATIVE_INFINITY;
  let latest: Promise<void> = Promise.resolve();
  let upcoming: Promise<void> | null = null;

  async function runNext(): Promise<void> {
    await latest.catch(() => undefined);
    const pause = startedAt + pauseMilliseconds - monotonicMilliseconds();
    if (pause > 0) await Bun.sleep(pause);
    upcoming = null;
    startedAt = monotonicMilliseconds();
    latest = work();
    await latest;
  }

  return () => (upcoming ??= runNext());
}
