import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";

import { outputOf } from "../support/child-output.ts";
import { findGoProgram } from "../support/go-program.ts";
import { describeWhere } from "../support/installed-program.ts";

setDefaultTimeout(60_000);

const alerts = join(import.meta.dir, "../../examples/observability/alerts.yml");
const dashboard = await Bun.file(join(alerts, "../dashboard.json")).json();

const reader = await findGoProgram("promql", join(import.meta.dir, "promql"));

describeWhere("the parser of Prometheus", reader, (program) => {
  test("reads every alert rule, and every query of the dashboard", async () => {
    // Grafana replaces its variables before Prometheus sees the query.
    const queries = expressionsIn(dashboard).map((query) => query.replaceAll(/\$\w+/g, "5m"));
    expect(queries.length).toBeGreaterThan(20);
    const { exitCode, stdout } = await read(program, alerts, queries);
    expect(stdout).toMatch(new RegExp(`^\\d+ rules, ${queries.length} queries$`, "m"));
    expect(exitCode).toBe(0);
  });

  test("refuses a rule and a query that are not valid", async () => {
    const { exitCode, stdout } = await read(program, `${alerts}.missing`, ["sum(rate(x[5m])"]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("unclosed left parenthesis");
    expect(stdout).toContain("no such file");
  });
});

function read(program: string, rules: string, queries: readonly string[]) {
  const lines = queries.map((query) => JSON.stringify(query)).join("\n");
  const child = Bun.spawn([program, rules], {
    stdin: new Blob([lines]),
    stdout: "pipe",
    stderr: "pipe",
  });
  return outputOf(child);
}

function expressionsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    name === "expr" && typeof inner === "string" ? [inner] : expressionsIn(inner),
  );
}
