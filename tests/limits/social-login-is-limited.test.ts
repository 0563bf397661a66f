import { afterEach, expect, setSystemTime, test } from "bun:test";

import { createFakeProvider } from "../support/fake-provider.ts";
import { appUri, comeBack, errorOf, exchange, startAt } from "../support/provider-journey.ts";
import { useTestApp } from "../support/test-app.ts";

const acme = createFakeProvider("acme");
const app = useTestApp({
  providers: [acme],
  settings: { REDIRECT_URIS: appUri, RATE_LIMITS_ENABLED: "true" },
});

afterEach(() => {
  setSystemTime();
});

test("starts, callbacks and ID tokens of an address share 60 in 5 minutes", async () => {
  setSystemTime(Date.now());
  for (let count = 0; count < 20; count += 1) {
    const { location, cookie } = await startAt(app, acme);
    const { state = "" } = acme.approve(location);
    const callback = await comeBack(app, "acme", { state, error: "access_denied" }, cookie);
    expect(callback.status).toBe(403);
    const json = { id_token: acme.idToken("a"), nonce: "b" };
    expect((await app.post("/api/v1/auth/oauth/acme/token", json)).status).toBe(400);
  }
  const { answer } = await startAt(app, acme);
  expect(errorOf(answer)).toEqual([429, "RATE_LIMITED"]);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(answer.headers.get("ratelimit-policy")).toBe("60;w=300");
  expect([answer.headers.get("location"), answer.headers.get("set-cookie")]).toEqual([null, null]);
  expect((await comeBack(app, "acme", {}, null)).status).toBe(429);
  expect((await app.call("GET", "/api/v1/auth/oauth/providers")).status).toBe(200);
  setSystemTime(Date.now() + 301_000);
  expect((await startAt(app, acme)).answer.status).toBe(302);
});

test("one-time codes of an address are limited to 30 in 5 minutes, right or wrong", async () => {
  setSystemTime(Date.now());
  for (let count = 0; count < 30; count += 1) {
    expect((await exchange(app, `guess-${count}`)).status).toBe(401);
  }
  const answer = await exchange(app, "guess");
  expect(errorOf(answer)).toEqual([429, "RATE_LIMITED"]);
  expect(answer.headers.get("ratelimit-policy")).toBe("30;w=300");
});
