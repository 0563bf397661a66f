import { afterAll, beforeAll, expect, test } from "bun:test";

import { type CountedApp, createCountedApp } from "../support/counted-app.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let replica: CountedApp;

beforeAll(() => {
  replica = createCountedApp(app);
});

afterAll(() => replica[Symbol.asyncDispose]());

/** The longest time for which one of nginx, Traefik and Caddy keeps an idle connection by default. */
const longestOfProxiesSeconds = 120;

/** The times that are set for the connection of one request. */
async function timesAfter(path: string, init: RequestInit = {}): Promise<number[]> {
  const times: number[] = [];
  await replica.answer(new Request(`http://localhost${path}`, init), {
    requestIP: () => ({ address: "127.0.0.1" }),
    timeout: (_request, seconds) => void times.push(seconds),
  });
  return times;
}

test("after every short response the connection stays open for longer than a proxy keeps it", async () => {
  for (const [path, init] of [
    ["/health/live", {}],
    ["/api/v1/users/me", {}],
    ["/nowhere", {}],
    ["/docs", {}],
    ["/api/v1/auth/login", { method: "POST", body: "{}" }],
  ] as const) {
    const times = await timesAfter(path, init);
    expect([path, times.length]).toEqual([path, 1]);
    expect(times[0]).toBeGreaterThan(longestOfProxiesSeconds);
  }
});

// Attack: to read a long response slowly, for as long as that.
test("a long response keeps the server's shorter time", async () => {
  const headers = { "accept-encoding": "identity" };
  expect(await timesAfter("/docs/assets/redoc.standalone.js", { headers })).toEqual([]);
  expect(await timesAfter("/openapi.json")).toEqual([]);
});
