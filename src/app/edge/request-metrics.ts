/** The upper bounds of the latency histogram's buckets, in milliseconds; the last bucket has no bound. */
export const latencyBoundsMilliseconds = [
  0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000,
] as const;

/** The counts of one route, method and status. */
export interface RequestSeries {
  readonly method: string;
  /** The template of the route's path; null for paths without a route. */
  readonly route: string | null;
  readonly status: number;
  count: number;
  sumMilliseconds: number;
  /** The number of requests in each bucket, not cumulated. There is one bucket more than bounds. */
  readonly buckets: Float64Array;
}

/** Counts requests and their latencies. The number of series is bounded by routes, methods and statuses. */
export interface RequestMetrics {
  record(method: string, route: string | null, status: number, milliseconds: number): void;
  /** Every series so far. */
  series(): readonly Readonly<RequestSeries>[];
}

/** The methods of RFC 9110 and RFC 5789. A client can send any other word as well: they are counted as one. */
const knownMethods = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "CONNECT",
  "TRACE",
]);
const otherMethod = "OTHER";

/** Counters and histograms in memory; recording one request takes two lookups and three additions. */
export function createRequestMetrics(): RequestMetrics {
  const byRoute = new Map<string | null, RequestSeries[]>();

  function find(method: string, route: string | null, status: number): RequestSeries {
    let ofRoute = byRoute.get(route);
    if (!ofRoute) byRoute.set(route, (ofRoute = []));
    for (const series of ofRoute) {
      if (series.status === status && series.method === method) return series;
    }
    const series = {
      method,
      route,
      status,
      count: 0,
      sumMilliseconds: 0,
      buckets: new Float64Array(latencyBoundsMilliseconds.length + 1),
    };
    ofRoute.push(series);
    return series;
  }

  return {
    record(received, route, status, milliseconds) {
      const method = knownMethods.has(received) ? received : otherMethod;
      const series = find(method, route, status);
      const bucket = bucketOf(milliseconds);
      series.count += 1;
      series.sumMilliseconds += milliseconds;
      series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
    },
    series: () => [...byRoute.values()].flat(),
  };
}

function bucketOf(milliseconds: number): number {
  for (let bucket = 0; bucket < latencyBoundsMilliseconds.length; bucket += 1) {
    if (milliseconds <= (latencyBoundsMilliseconds[bucket] ?? 0)) return bucket;
  }
  return latencyBoundsMilliseconds.length;
}
