import { expect, test } from "bun:test";

import { servesMetrics } from "../../src/app/metrics/routes.ts";
import { load, production, refusedNames } from "../config/load.ts";
import { startTestApp } from "../support/test-app.ts";

const token = "vT7kQ2mZ9xB4nL6wR1yC8pH3";

// security 100
test("with METRICS_TOKEN a scrape without it gets 401", async () => {
  await using app = await startTestApp({ settings: { METRICS_TOKEN: token } });
  const none = await app.call("GET", "/metrics");
  expect(none.status).toBe(401);
  expect(none.json.error.code).toBe("AUTHENTICATION_REQUIRED");
  for (const wrong of [`${token}x`, token.slice(1), "", token.toLowerCase()]) {
    const { status, text } = await app.call("GET", "/metrics", { bearer: wrong });
    expect(status).toBe(401);
    expect(text).not.toContain("gatehouse_");
    expect(text).not.toContain(token);
  }
  expect((await app.call("GET", "/metrics", { bearer: token })).status).toBe(200);
  expect(app.log.join("\n")).not.toContain(token);
});

// security 100
test("with METRICS_ENABLED=false there is no such path", async () => {
  await using app = await startTestApp({ settings: { METRICS_ENABLED: "false" } });
  expect((await app.call("GET", "/metrics")).status).toBe(404);
  const { json } = await app.call("GET", "/openapi.json");
  expect(Object.keys(json.paths)).not.toContain("/metrics");
});

// security 100
test("in production metrics are served only with a token, and the start says so", () => {
  const without = load(production);
  expect(servesMetrics(without.settings)).toBe(false);
  expect(without.warnings).toContain(
    "METRICS_TOKEN is unset: /metrics is not served in production without it",
  );
  const withToken = load({ ...production, METRICS_TOKEN: token });
  expect(servesMetrics(withToken.settings)).toBe(true);
  expect(withToken.warnings.join()).not.toContain("METRICS_TOKEN");
  expect(load({ ...production, METRICS_ENABLED: "false" }).warnings.join()).not.toContain(
    "METRICS",
  );
  expect(servesMetrics(load({ ENVIRONMENT: "development" }).settings)).toBe(true);
  expect(refusedNames({ METRICS_TOKEN: "short" })).toEqual(["METRICS_TOKEN"]);
});
