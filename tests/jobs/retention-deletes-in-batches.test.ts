import { beforeAll, beforeEach, expect, test } from "bun:test";

import postgres from "postgres";

import { deleteExpiredRows } from "../../src/app/jobs/retention.ts";
import { batchSize } from "../../src/platform/db/delete-batch.ts";
import { deleteDeliveredMessages } from "../../src/platform/outbox/delete-expired.ts";
import { firstRetentionRun } from "../support/first-retention-run.ts";
import { race } from "../support/race.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const app = useTestApp();

beforeAll(async () => {
  await firstRetentionRun(app);
});

beforeEach(async () => {
  await app.rows("truncate outbox");
});

async function deliveredLongAgo(count: number): Promise<void> {
  await app.rows(
    `insert into outbox (id, topic, payload, created_at, available_at, delivered_at)
     select gen_random_uuid(), 'old', '{}', now(), now(), now() - interval '8 days' from generate_series(1, ${count})`,
  );
}

async function left(): Promise<number> {
  return (await app.rows("select id from outbox")).length;
}

const batch = (of: TestApp = app) => deleteDeliveredMessages(of.platform.db, new Date());

test("no statement deletes more than a batch, and a run continues until nothing is left", async () => {
  await deliveredLongAgo(2 * batchSize + 1);
  expect(await batch()).toBe(batchSize);
  expect(await left()).toBe(batchSize + 1);
  await deleteExpiredRows(app.platform);
  expect(await left()).toBe(0);
});

test("a run that is stopped begins no further batch", async () => {
  await deliveredLongAgo(3);
  await deleteExpiredRows(app.platform, AbortSignal.abort());
  expect(await left()).toBe(3);
});

// Bad day: all replicas are restarted at once and find a great heap.
test("of several replicas one deletes at a time, and none fails or deletes twice", async () => {
  const replicas = [app, await app.replica(), await app.replica()];
  await Promise.all(replicas.map(firstRetentionRun));
  await deliveredLongAgo(5 * batchSize);
  const counts = await race(30, (index) => batch(replicas[index % 3]));
  const deleted = counts.reduce((sum, count) => sum + count);
  expect(deleted + (await left())).toBe(5 * batchSize);
  expect(deleted).toBeGreaterThanOrEqual(batchSize);
});

test("while another process holds the lock nothing is deleted, and a locked row is skipped", async () => {
  await deliveredLongAgo(2);
  const other = postgres(app.platform.settings.databaseUrl ?? "", { max: 1 });
  await other.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${0x73776565})`;
    expect(await batch()).toBe(0);
  });
  await other.begin(async (tx) => {
    await tx`select from outbox limit 1 for update`;
    expect(await batch()).toBe(1);
  });
  await other.end();
  expect(await batch()).toBe(1);
});

// At a million rows a deletion that reads the whole table would not end within DATABASE_TIMEOUT.
test("expired rows are found by an index", async () => {
  const other = postgres(app.platform.settings.databaseUrl ?? "", { max: 1 });
  await other`set enable_seqscan = off`;
  const plan = async (table: string, since: string) => {
    const lines = await other.unsafe(
      `explain select from ${table} where ${since} <= '2020-01-01' order by ${since} limit 1000`,
    );
    return lines.map((line) => String(line["QUERY PLAN"])).join("\n");
  };
  const plans = [
    await plan("outbox", "delivered_at"),
    await plan("outbox", "dead_at"),
    await plan("mail_challenges", "expires_at"),
    await plan("sessions", "created_at"),
    await plan("known_devices", "last_seen_at"),
  ];
  await other.end();
  for (const text of plans) expect(text).toMatch(/Index Scan (?:on|using) \w+_index/);
});
