import { expect, test } from "bun:test";

import { metrics } from "../../src/app/metrics/catalogue.ts";

const definitions = Object.values(metrics);

/** The names that a query may use: a histogram has three series. */
const exported = new Map(
  definitions.flatMap(({ name, type, labels }) =>
    type === "histogram"
      ? [
          [`${name}_bucket`, [...labels, "le"]] as const,
          [`${name}_sum`, labels] as const,
          [`${name}_count`, labels] as const,
        ]
      : [[name, labels] as const],
  ),
);
/** What Prometheus itself adds to every series. */
const addedLabels = ["job", "instance"];

const dashboard = await Bun.file("examples/observability/dashboard.json").json();
const alerts = Bun.YAML.parse(await Bun.file("examples/observability/alerts.yml").text());

const queries = [
  ...stringsAt(dashboard, "expr").map((query) => ["dashboard", query] as const),
  ...stringsAt(alerts, "expr").map((query) => ["alerts", query] as const),
];

test.each(queries)("a query of the %s uses exported names and labels: %s", (_file, query) => {
  const used = [...query.matchAll(/\b((?:gatehouse|process)_\w+)(?:\{([^}]*)\})?/g)];
  const isOfPrometheus = /\bup\{/.test(query);
  expect(used.length > 0 || isOfPrometheus).toBe(true);
  const labels = used.flatMap(([, name = "", selector = ""]) => {
    const own = exported.get(name);
    expect(own, name).toBeDefined();
    const known = [...(own ?? []), ...addedLabels];
    for (const [, label = ""] of selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) {
      expect(known).toContain(label);
    }
    return known;
  });
  for (const [, list = ""] of query.matchAll(/\b(?:by|without)\s*\(([^)]*)\)/g)) {
    for (const label of list.split(",")) expect(labels).toContain(label.trim());
  }
});

test("every metric is in the dashboard", () => {
  const text = stringsAt(dashboard, "expr").join("\n");
  expect(definitions.map(({ name }) => name).filter((name) => !text.includes(name))).toEqual([]);
});

test("alerts have a name, a severity and a summary of their own", () => {
  const names = stringsAt(alerts, "alert");
  expect(new Set(names).size).toBe(names.length);
  expect(stringsAt(alerts, "severity")).toHaveLength(names.length);
  expect(stringsAt(alerts, "summary")).toHaveLength(names.length);
});

/** The strings under a key, at any depth. */
function stringsAt(value: unknown, key: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    name === key && typeof inner === "string" ? [inner] : stringsAt(inner, key),
  );
}
