import { afterAll, beforeAll, expect, test } from "bun:test";

import { idleConnectionSeconds } from "../../src/app/edge/connection-times.ts";
import { type CountedApp, createCountedApp } from "../support/counted-app.ts";
import { eventually } from "../support/eventually.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let replica: CountedApp;

beforeAll(() => {
  replica = createCountedApp(app);
});

afterAll(() => replica[Symbol.asyncDispose]());

/** The longest time for which one of nginx, Traefik and Caddy keeps an idle connection by default. */
const longestOfProxiesSeconds = 120;

const json = { "content-type": "application/json" };

function post(headers: Record<string, string>, body: string | null): RequestInit {
  return { method: "POST", headers, body };
}

/** The times that are set for the connection of one request, as they come. */
function timesOf(
  path: string,
  init: RequestInit = {},
): { times: number[]; answered: Response | Promise<Response> } {
  const times: number[] = [];
  const answered = replica.answer(new Request(`http://localhost${path}`, init), {
    requestIP: () => ({ address: "127.0.0.1" }),
    timeout: (_request, seconds) => void times.push(seconds),
  });
  return { times, answered };
}

async function timesAfter(path: string, init: RequestInit = {}): Promise<number[]> {
  const { times, answered } = timesOf(path, init);
  await answered;
  return times;
}

test("a connection may be idle for longer than a proxy keeps it", () => {
  expect(idleConnectionSeconds).toBeGreaterThan(longestOfProxiesSeconds);
});

test("a prompt request with a short response leaves the connection this time", async () => {
  for (const [path, init] of [
    ["/health/live", {}],
    ["/api/v1/users/me", {}],
    ["/nowhere", {}],
    ["/docs", {}],
    ["/api/v1/auth/login", post(json, "{}")],
    ["/api/v1/auth/validate-token", post(json, '{"token":"x"}')],
    ["/api/v1/auth/logout", post({ "content-length": "0" }, null)],
    ["/api/v1/posts", post({ ...json, "content-length": "1024" }, "{}")],
  ] as const) {
    expect([path, await timesAfter(path, init)]).toEqual([path, []]);
  }
});

// Attack: to read a long response slowly, for as long as that.
// security 106
test("a long response must be read within 28 seconds", async () => {
  const headers = { "accept-encoding": "identity" };
  expect(await timesAfter("/docs/assets/redoc.standalone.js", { headers })).toEqual([28]);
  expect(await timesAfter("/openapi.json")).toEqual([28]);
});

// Attack: to send a body slowly to a route that does not read it.
// security 106
test("the rest of a body that is not read must arrive within 28 seconds, unless it fits beside its header", async () => {
  for (const [path, init] of [
    ["/api/v1/auth/login", post({ "content-length": "1025" }, "{}")],
    ["/api/v1/auth/login", post({ "transfer-encoding": "chunked" }, "{}")],
    ["/api/v1/posts", post({ ...json, "content-length": "1025" }, "{}")],
    ["/nowhere", post({ ...json, "content-length": "1025" }, "{}")],
    ["/health/live", { headers: { "content-length": "1025" } }],
    ["/api/v1/auth/login", post({ ...json, "transfer-encoding": "chunked" }, "a".repeat(70_000))],
  ] as const) {
    expect([path, await timesAfter(path, init)]).toEqual([path, [28]]);
  }
});

test("a body that arrives slowly has less time, and the connection its whole time after the response", async () => {
  const body = new TransformStream<Uint8Array, Uint8Array>();
  const { times, answered } = timesOf("/api/v1/auth/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: body.readable,
  });
  await eventually(
    () => Promise.resolve(times),
    (set) => set.length > 0,
    20,
  );
  expect(times).toEqual([20]);

  await body.writable.close();
  await answered;
  expect(times).toEqual([20, idleConnectionSeconds]);
});
