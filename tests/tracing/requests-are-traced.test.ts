import { beforeEach, expect, test } from "bun:test";

import { traceDestinations } from "../../src/platform/tracing/traced.ts";
import { goodPassword } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";
import { startTraceCollector } from "../support/trace-collector.ts";

const collector = startTraceCollector();
const app = useTestApp({
  settings: {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/otlp/`,
    OTEL_EXPORTER_OTLP_HEADERS: "api-key=the%20key,x-tenant=one",
    OTEL_SERVICE_NAME: "auth",
    LOG_REQUESTS: "all",
  },
});
app.defer(() => collector.stop());

const traceId = "0af7651916cd43dd8448eb211c80319c";
const parentId = "b7ad6b7169203331";

beforeEach(async () => {
  await app.platform.tracing?.flush();
  collector.requests.length = 0;
  app.log.length = 0;
});

async function exported() {
  await app.platform.tracing?.flush();
  return collector.spans();
}

const mail = {
  id: "mail-1",
  kind: "verify-email",
  to: { name: "", address: "recipient@example.com" },
  subject: "canary",
  text: "canary",
  html: "canary",
};

const event = {
  id: "1",
  type: "user.registered",
  key: "canary",
  body: '{"canary":true}',
  attempt: 1,
  createdAt: new Date(),
};

/** The spans of servers, which are of requests. */
async function servers() {
  return (await exported()).filter(({ kind }) => kind === 2);
}

test("a request is the span of a server, named by its route template, in the form of OTLP", async () => {
  const id = Bun.randomUUIDv7();
  const path = `/api/v1/users/${id}?token=canary-of-the-query`;
  const { status } = await app.call("GET", path, { headers: { "x-request-id": "known-id" } });
  expect(status).toBe(401);
  const [span] = await servers();
  expect(span).toMatchObject({ name: "GET /api/v1/users/:id", kind: 2 });
  expect(span?.values).toEqual({
    "http.request.method": "GET",
    "http.route": "/api/v1/users/:id",
    "http.response.status_code": 401,
    "gatehouse.request_id": "known-id",
    "client.address": "127.0.0.1",
  });
  expect(span?.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(span?.spanId).toMatch(/^[0-9a-f]{16}$/);
  expect(span?.startTimeUnixNano).toMatch(/^\d{19}$/);
  expect(BigInt(span?.endTimeUnixNano ?? 0) >= BigInt(span?.startTimeUnixNano ?? 1)).toBe(true);
  expect(collector.requests[0]?.path).toBe("/otlp/v1/traces");
  const { headers, text } = collector.requests[0] ?? { headers: new Headers(), text: "{}" };
  expect(headers.get("content-type")).toBe("application/json");
  expect([headers.get("api-key"), headers.get("x-tenant")]).toEqual(["the key", "one"]);
  const { attributes } = JSON.parse(text).resourceSpans[0].resource;
  expect(attributes).toContainEqual({ key: "service.name", value: { stringValue: "auth" } });
  expect(text).not.toContain("canary");
  expect(text).not.toContain(id);
});

test("statements and hashing are children of the request, without parameters", async () => {
  const email = "child-spans@example.com";
  await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const spans = await exported();
  const server = spans.find(({ name }) => name === "POST /api/v1/auth/register");
  const children = spans.filter(({ parentSpanId }) => parentSpanId === server?.spanId);
  expect(children.every((child) => child.traceId === server?.traceId)).toBe(true);
  expect(children.map(({ name }) => name)).toContain("hash password");
  const statements = children.filter(({ values }) => values["db.system.name"] === "postgresql");
  expect(statements.map(({ name }) => name).join()).toMatch(/INSERT users/);
  expect(JSON.stringify(spans)).not.toContain(email);
});

test("a hot route is traced as well, and its spans have no error", async () => {
  await app.call("POST", "/api/v1/auth/validate-token", { json: { token: "x" } });
  const [span] = await servers();
  expect(span?.name).toBe("POST /api/v1/auth/validate-token");
  expect(span?.status.code ?? 0).toBe(0);
});

test("traceparent and tracestate are continued, and the sampled flag decides", async () => {
  const call = (flags: string) =>
    app.call("GET", "/health/live", {
      headers: { traceparent: `00-${traceId}-${parentId}-${flags}`, tracestate: "vendor=1" },
    });
  await call("00");
  expect(await servers()).toEqual([]);
  await call("01");
  const [span] = await servers();
  expect([span?.traceId, span?.parentSpanId]).toEqual([traceId, parentId]);
  expect(span?.traceState).toBe("vendor=1");
});

test.each([
  `00-${"0".repeat(32)}-${parentId}-01`,
  `00-${traceId}-${"0".repeat(16)}-01`,
  `ff-${traceId}-${parentId}-01`,
  `00-${traceId.toUpperCase()}-${parentId}-01`,
  `00-${traceId}-${parentId}`,
  `00-${traceId}-${parentId}-01-more`,
  "nonsense",
])("a malformed traceparent begins a new trace: %s", async (traceparent) => {
  const { status } = await app.call("GET", "/health/live", { headers: { traceparent } });
  expect(status).toBe(200);
  const [span] = await servers();
  expect(span?.traceId).not.toBe(traceId);
  expect(span?.parentSpanId ?? "").toBe("");
});

test("the access log and the log of errors have the id of the trace", async () => {
  const traceparent = `00-${traceId}-${parentId}-01`;
  await app.rows("alter table users rename to users_away");
  try {
    const json = { email: "log@example.com", password: goodPassword };
    const { status } = await app.call("POST", "/api/v1/auth/login", {
      json,
      headers: { traceparent },
    });
    expect(status).toBe(500);
  } finally {
    await app.rows("alter table users_away rename to users");
  }
  const lines = app.log.map((line) => JSON.parse(line));
  for (const message of ["request", "request failed"]) {
    expect(lines.find(({ msg }) => msg === message)).toMatchObject({ trace_id: traceId });
  }
  const [span] = await servers();
  expect(span?.status.code).toBe(2);
  expect(span?.values["error.type"]).toBe("500");
});

test("mails, events and outgoing requests have spans, also after their request, and no address", async () => {
  using receiver = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const url = `http://127.0.0.1:${receiver.port}/hook?key=canary-of-the-address`;
  const { tracing, httpClient, mailer } = app.platform;
  const request = new Request("http://localhost/");
  const later: Promise<unknown>[] = [];
  const finished = Promise.withResolvers<void>();
  await tracing?.handle(request, async () => {
    await httpClient.send({ url, method: "GET", mayBePrivate: true });
    later.push(finished.promise.then(() => mailer.send(mail)));
  });
  finished.resolve();
  await Promise.all(later);
  const spans = await exported();
  const server = spans.find(({ kind }) => kind === 2);
  const outgoing = spans.find(({ name }) => name === "GET");
  expect(outgoing).toMatchObject({ kind: 3, parentSpanId: server?.spanId });
  expect(outgoing?.values).toEqual({
    "http.request.method": "GET",
    "server.address": "127.0.0.1",
    "server.port": receiver.port,
    "http.response.status_code": 200,
  });
  const sent = spans.find(({ name }) => name === "send mail verify-email");
  expect(sent?.kind).toBe(4);
  expect([sent?.parentSpanId ?? "", sent?.traceId === server?.traceId]).toEqual(["", false]);
  expect(JSON.stringify(spans)).not.toMatch(/canary|recipient/);
});

test("a batch of events is one span, which fails if one of them is not delivered", async () => {
  const kind = {
    batchSize: 1,
    usersPerBatch: 1,
    concurrency: 1,
    longestPauseSeconds: 1,
    longestOutageSeconds: null,
    create: () => ({
      send: async () => [{ kind: "failed", reason: "canary" } as const],
      close: () => Promise.resolve(),
    }),
  };
  const { tracing } = app.platform;
  if (tracing === null) throw new Error("it is traced");
  const sender = traceDestinations("webhook", kind, tracing).create("webhook");
  await sender?.send([event], new AbortController().signal);
  const [span] = await exported();
  expect(span).toMatchObject({ name: "send events webhook", kind: 4, status: { code: 2 } });
  expect(span?.values["error.type"]).toBe("failed");
  expect(JSON.stringify(span)).not.toContain("canary");
});

test("1,000 paths and methods that clients choose have few names", async () => {
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(
      Array.from({ length: 50 }, () => {
        const id = Bun.randomUUIDv7();
        return app.call("GET", round % 2 === 0 ? `/none/${id}` : `/api/v1/users/${id}`);
      }),
    );
    await app.platform.tracing?.flush();
  }
  await app.call("PROPFIND", "/none");
  const names = new Set((await servers()).map(({ name }) => name));
  expect([...names].toSorted()).toEqual(["GET", "GET /api/v1/users/:id", "HTTP"]);
});
