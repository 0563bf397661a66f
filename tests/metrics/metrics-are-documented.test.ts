import { expect, test } from "bun:test";

import { metrics } from "../../src/app/metrics/catalogue.ts";
import { logIn } from "../support/journey.ts";
import { typesIn, valuesIn } from "../support/scrape.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { JWT_ALGORITHM: "EdDSA" } });
const definitions = Object.values(metrics);

test("docs/metrics.md has every metric with its type and labels, and no other", async () => {
  const text = await Bun.file("docs/metrics.md").text();
  const rows = text.matchAll(/^\| `(\w+)` \| (counter|gauge|histogram) \|([^|]*)\|/gm);
  const documented = [...rows].map(([, name, type, labels = ""]) => ({
    name,
    type,
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
  }));
  expect(documented).toEqual(
    definitions.map(({ name, type, labels }) => ({ name, type, labels: [...labels] })),
  );
});

test("a scrape has every metric of the catalogue with its labels, and no other", async () => {
  await logIn(app, { email: "unknown@example.com", password: "Wrong-Password-1!" });
  app.platform.counts.countLimitHit("sign-in-by-address");
  const { text, headers } = await app.call("GET", "/metrics");
  expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(typesIn(text)).toEqual(
    Object.fromEntries(definitions.map(({ name, type }) => [name, type])),
  );
  for (const { name, type, labels } of definitions) {
    const suffix = type === "histogram" ? "_count" : "";
    const series = [...valuesIn(text).keys()].filter(
      (key) => key.replace(/\{.*/, "") === name + suffix,
    );
    expect(series).not.toEqual([]);
    for (const each of series) {
      expect([...each.matchAll(/(\w+)="/g)].map(([, label]) => label)).toEqual([...labels]);
    }
  }
});

test("OpenMetrics is sent to a client that asks for it", async () => {
  const accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
  const { text, headers } = await app.call("GET", "/metrics", { headers: { accept } });
  expect(headers.get("content-type")).toBe(
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
  );
  expect(text).toEndWith("\n# EOF\n");
  expect(typesIn(text)).toMatchObject({ gatehouse_http_requests: "counter" });
  expect(
    [...valuesIn(text).keys()].filter((key) => key.startsWith("gatehouse_statements")),
  ).toEqual([]);
  expect(valuesIn(text).get("gatehouse_database_statements_total")).toBeGreaterThan(0);
});
