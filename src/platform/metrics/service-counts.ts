import type { LabelValues, Sample, ServiceCounts } from "./port.ts";

const lagBoundsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const;

/** Counts of zero. The labels are names from the code alone, so the number of series is bounded. */
export function createServiceCounts(): ServiceCounts {
  const signIns = createCounter();
  const limitHits = createCounter();
  const lagCounts = new Float64Array(lagBoundsSeconds.length + 1);
  let lagSum = 0;

  return {
    countSignIn: (method, outcome) => signIns.count([method, outcome]),
    countLimitHit: (limit) => limitHits.count([limit]),
    observeEventLoopLag(seconds) {
      const found = lagBoundsSeconds.findIndex((bound) => seconds <= bound);
      const bucket = found === -1 ? lagBoundsSeconds.length : found;
      lagCounts[bucket] = (lagCounts[bucket] ?? 0) + 1;
      lagSum += seconds;
    },
    read: () => ({
      signIns: signIns.samples(),
      limitHits: limitHits.samples(),
      eventLoopLag: { labels: [], bounds: lagBoundsSeconds, counts: lagCounts, sum: lagSum },
    }),
  };
}

function createCounter() {
  const counts = new Map<string, { readonly labels: LabelValues; value: number }>();
  return {
    count(labels: LabelValues): void {
      const key = labels.join(" ");
      const counted = counts.get(key);
      if (counted) counted.value += 1;
      else counts.set(key, { labels, value: 1 });
    },
    samples: (): readonly Sample[] => [...counts.values()],
  };
}
