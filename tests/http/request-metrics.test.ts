import { expect, test } from "bun:test";

import { createApp } from "../../src/app/create-app.ts";
import {
  createRequestMetrics,
  latencyBoundsMilliseconds,
} from "../../src/app/edge/request-metrics.ts";
import { callServer } from "../support/http-call.ts";
import { startTestApp } from "../support/test-app.ts";

test("a request is counted once, by method, route template and status", async () => {
  await using app = await startTestApp();
  const { routes, fetch, metrics } = createApp(app.platform, {
    phase: "serving",
    database: app.platform.database,
  });
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, routes, fetch });
  try {
    const call = (method: string, path: string) => callServer(server.url.origin, method, path);
    await call("GET", "/api/v1/users/me");
    await call("GET", "/api/v1/users/me");
    await call("GET", "/api/v1/posts/1");
    await call("GET", "/api/v1/posts/2");
    await call("GET", "/health/live");
    for (let number = 0; number < 50; number += 1) await call("GET", `/no-such-path-${number}`);
  } finally {
    await server.stop(true);
  }
  expect(
    metrics.series().map(({ method, route, status, count }) => [method, route, status, count]),
  ).toEqual([
    ["GET", "/api/v1/users/me", 401, 2],
    ["GET", "/api/v1/posts/:post_id", 401, 2],
    ["GET", "/health/live", 200, 1],
    ["GET", null, 404, 50],
  ]);
  for (const { count, buckets, sumMilliseconds } of metrics.series()) {
    expect(buckets.reduce((sum, each) => sum + each, 0)).toBe(count);
    expect(sumMilliseconds).toBeGreaterThan(0);
  }
});

test("a latency is counted in the first bucket whose bound it does not exceed", () => {
  const metrics = createRequestMetrics();
  for (const milliseconds of [0.1, 0.5, 0.6, 5000, 5001]) {
    metrics.record("GET", "/", 200, milliseconds);
  }
  const [series] = metrics.series();
  const last = latencyBoundsMilliseconds.length;
  expect([0, 1, last - 1, last].map((bucket) => series?.buckets[bucket])).toEqual([2, 1, 1, 1]);
  expect(series).toMatchObject({ count: 5, sumMilliseconds: 10002.2 });
});
