import { monotonicMilliseconds } from "./clock.ts";

/**
 * Runs `work` on demand, one run at a time, the beginnings at least `pauseMilliseconds` apart. Whoever calls gets a run that
 * begins after the call; those who wait for the same one share it, and its error.
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
