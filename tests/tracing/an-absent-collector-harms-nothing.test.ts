import { afterAll, expect, test } from "bun:test";

import { createHttpClient } from "../../src/platform/http-client/http-client.ts";
import { createSampler } from "../../src/platform/tracing/sampler.ts";
import { sendBatch } from "../../src/platform/tracing/send-batch.ts";
import { type BatchResult, createSpanQueue } from "../../src/platform/tracing/span-queue.ts";
import { statementName } from "../../src/platform/tracing/statement-name.ts";
import { eventually } from "../support/eventually.ts";
import { valuesIn } from "../support/scrape.ts";
import { findSparePort } from "../support/spare-port.ts";
import { startTestApp } from "../support/test-app.ts";
import { startTraceCollector } from "../support/trace-collector.ts";

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const collector = startTraceCollector();
afterAll(() => collector.stop());

test("without the setting nothing is traced, and no library is asked", async () => {
  await using app = await startTestApp();
  expect(app.platform.tracing).toBeNull();
  const { text } = await app.call("GET", "/metrics");
  expect(valuesIn(text).get('gatehouse_trace_spans_total{outcome="exported"}')).toBe(0);
});

test("while the collector is away requests succeed, and at the end the spans are counted as dropped", async () => {
  const endpoint = `http://127.0.0.1:${await findSparePort()}`;
  const app = await startTestApp({ settings: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } });
  const { tracing } = app.platform;
  expect((await app.call("GET", "/health")).status).toBe(200);
  await tracing?.flush();
  expect((await app.call("GET", "/health")).status).toBe(200);
  expect(app.log.filter((line) => line.includes("the collector of traces does not"))).toHaveLength(
    1,
  );
  await app[Symbol.asyncDispose]();
  const { exported, dropped } = tracing?.load() ?? { exported: -1, dropped: -1 };
  expect(exported).toBe(0);
  expect(dropped).toBeGreaterThanOrEqual(2);
});

test("a stop exports what waits", async () => {
  const app = await startTestApp({ settings: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  collector.requests.length = 0;
  await app.call("GET", "/health/live");
  await app[Symbol.asyncDispose]();
  expect(collector.spans().map(({ name }) => name)).toContain("GET /health/live");
  expect(app.platform.tracing?.load().dropped).toBe(0);
});

test("the queue is bounded, sends batches again after a failure, and counts what it drops", async () => {
  const sent: number[][] = [];
  let result: BatchResult = "later";
  const queue = createSpanQueue<number>((batch) => {
    sent.push([...batch]);
    return Promise.resolve(result);
  });
  for (let span = 0; span < 3000; span += 1) queue.add(span);
  await queue.flush();
  expect(queue.load()).toEqual({ exported: 0, dropped: 952 });
  result = { refused: 1 };
  sent.length = 0;
  await queue.stop();
  expect(sent.map(({ length }) => length)).toEqual([512, 512, 512, 512]);
  expect(sent[0]?.[0]).toBe(0);
  expect(queue.load()).toEqual({ exported: 2044, dropped: 956 });
  queue.add(1);
  expect(queue.load().dropped).toBe(957);
});

test("spans that are added while a batch is sent wait for a full batch or the pause", async () => {
  const sent: number[] = [];
  let taken = Promise.withResolvers<BatchResult>();
  const queue = createSpanQueue<number>((batch) => {
    sent.push(batch.length);
    return taken.promise;
  });
  const add = (spans: number) => {
    for (let span = 0; span < spans; span += 1) queue.add(span);
  };
  add(512);
  add(3);
  taken.resolve({ refused: 0 });
  await nextTurn();
  expect(sent).toEqual([512]);
  add(509);
  await nextTurn();
  expect(sent).toEqual([512, 512]);

  taken = Promise.withResolvers();
  add(512);
  add(3);
  const flushed = queue.flush();
  taken.resolve({ refused: 0 });
  await flushed;
  expect(sent).toEqual([512, 512, 512, 3]);
  expect(queue.load()).toEqual({ exported: 1539, dropped: 0 });
});

// Bad day: the credentials of the collector are wrong, and nothing tells the operator.
test("a collector that refuses all spans is logged once, with the status", async () => {
  const app = await startTestApp({ settings: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  const lines = (text: string) => app.log.filter((line) => line.includes(text));
  collector.respond = () => new Response("no", { status: 401 });
  for (let round = 0; round < 2; round += 1) {
    await app.call("GET", "/health/live");
    await app.platform.tracing?.flush();
  }
  expect(lines("refuses all spans")).toEqual([expect.stringContaining('"status":401')]);
  collector.respond = () => Response.json({});
  await eventually(
    async () => {
      await app.call("GET", "/health/live");
      await app.platform.tracing?.flush();
    },
    () => lines("takes spans again").length === 1,
  );
  await app[Symbol.asyncDispose]();
});

test.each<[string, () => Response, BatchResult]>([
  ["a success", () => Response.json({}), { refused: 0 }],
  [
    "a partial success",
    () => Response.json({ partialSuccess: { rejectedSpans: "3" } }),
    { refused: 3 },
  ],
  ["a refusal", () => new Response("no", { status: 400 }), { refused: 7, refusedWith: 400 }],
  ["a redirect", () => Response.redirect("http://example.com/"), { refused: 7, refusedWith: 302 }],
  ["an overload", () => new Response("", { status: 429 }), "later"],
  ["an outage", () => new Response("", { status: 503 }), "later"],
])("%s of the collector decides what becomes of a batch", async (_case, respond, result) => {
  collector.respond = respond;
  const target = { endpoint: collector.url, headers: {} };
  expect(await sendBatch(createHttpClient(), target, "{}", 7)).toEqual(result);
  collector.respond = () => Response.json({});
});

test("the ratio samples that part of the traces, and parents decide before it", () => {
  expect(String(createSampler("parentbased_traceidratio", 0.25))).toContain("0.25");
  expect(String(createSampler("always_off", 1))).toContain("AlwaysOff");
});

test("a statement's name is its operations and tables", () => {
  expect(statementName('select "id" from "users" where "id" = $1')).toBe("SELECT users");
  const change =
    'with "c" as (update "sessions" set "x" = $1) insert into "audit_log" ("a") values ($2)';
  expect(statementName(change)).toBe("UPDATE sessions; INSERT audit_log");
  expect(statementName("select 1")).toBe("SELECT");
});
