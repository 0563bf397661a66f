import { expect, setDefaultTimeout, test } from "bun:test";

import { createMigratedHome } from "../support/executable-home.ts";
import { startGatehouse } from "../support/executable.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { startTraceCollector } from "../support/trace-collector.ts";

setDefaultTimeout(60_000);

test.each(["postgres", "embedded"] as const)(
  "the executable exports its traces before it ends, on %s",
  async (kind) => {
    await using home = await createMigratedHome(kind);
    const collector = startTraceCollector();
    const settings = { ...home.settings, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    await using server = await startGatehouse({ cwd: home.cwd, settings });
    const json = { email: freshEmail(), password: goodPassword };
    expect((await server.post("/api/v1/auth/register", json)).status).toBe(201);
    expect(await server.stop()).toBe(0);
    const spans = collector.spans();
    const request = spans.find(({ name }) => name === "POST /api/v1/auth/register");
    const children = spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
    expect(children.map(({ name }) => name)).toContain("hash password");
    expect(children.map(({ name }) => name).join()).toContain("INSERT users");
    expect(server.output.stdout).toContain(`"trace_id":"${request?.traceId}"`);
    await collector.stop();
  },
);
