import { expect, test } from "bun:test";

import { freshEmail } from "../support/journey.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { RATE_LIMITS_ENABLED: "true" } });

// Each request pretends to come from another client.
// security 111
test("100 sign-ins with random forwarding headers from an untrusted peer are limited, with one warning", async () => {
  const statuses: number[] = [];
  for (let index = 0; index < 100; index += 1) {
    const address = `203.0.113.${index}`;
    const answer = await app.post(
      "/api/v1/auth/login",
      { email: freshEmail(), password: "Wrong-Password-1" },
      {
        headers: {
          "x-forwarded-for": address,
          "x-real-ip": address,
          forwarded: `for=${address}`,
        },
      },
    );
    statuses.push(answer.status);
  }
  expect(statuses.filter((status) => status === 401)).toHaveLength(30);
  expect(statuses.slice(30)).toEqual(Array<number>(70).fill(429));
  expect(app.log.filter((line) => line.includes("TRUSTED_PROXIES"))).toHaveLength(1);
});

// security 114
test("unusual spellings of the path share the limit of the operation, or do not reach it", async () => {
  await using limited = await startTestApp({ settings: { RATE_LIMITS_ENABLED: "true" } });
  const attempt = (path: string) =>
    limited.post(path, { email: freshEmail(), password: "Wrong-Password-1" });
  const spellings = ["/api/v1/auth/login", "/api/v1/auth/login/", "/api/v1/auth/login?again=1"];
  for (let index = 0; index < 30; index += 1) {
    expect((await attempt(spellings[index % 3] ?? "")).status).toBe(401);
  }
  for (const path of spellings) {
    const answer = await attempt(path);
    expect(answer.status).toBe(429);
    expect(answer.headers.get("retry-after")).not.toBeNull();
  }
  const others = ["/api/v1/auth/LOGIN", "/api/v1/auth//login", "/api/v1/auth/./login"];
  for (const path of others) expect([400, 404, 429]).toContain((await attempt(path)).status);
});
