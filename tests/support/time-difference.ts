/**
 * How far apart, in milliseconds, the times of some kinds of call are: the widest gap between their lowest deciles, for
 * what else the machine does only ever adds. Calls are interleaved, first one kind and then another; more are made
 * while the gap is above `limit`, so that what remains is no chance.
 */
export async function differenceOfTimes(
  calls: readonly (() => Promise<unknown>)[],
  limit: number,
): Promise<number> {
  const times = calls.map((): number[] => []);
  let gap = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 200; round += 1) {
    for (let turn = 0; turn < calls.length; turn += 1) {
      const which = (round + turn) % calls.length;
      const started = performance.now();
      await calls[which]?.();
      times[which]?.push(performance.now() - started);
    }
    if (round < 20 || round % 10 !== 0) continue;
    const deciles = times.map(lowestDecile);
    gap = Math.max(...deciles) - Math.min(...deciles);
    if (gap < limit) return gap;
  }
  return gap;
}

function lowestDecile(times: readonly number[]): number {
  const sorted = times.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 10)] ?? Number.NaN;
}
