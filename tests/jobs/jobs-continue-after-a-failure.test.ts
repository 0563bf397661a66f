import { afterEach, expect, test } from "bun:test";

import { createPeriodicJob, type PeriodicJob } from "../../src/app/jobs/periodic-job.ts";
import { deleteExpiredRows } from "../../src/app/jobs/retention.ts";
import type { Logger } from "../../src/platform/log/port.ts";
import { eventually } from "../support/eventually.ts";
import { firstRetentionRun } from "../support/first-retention-run.ts";
import { startTestApp } from "../support/test-app.ts";

let running: PeriodicJob | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

/** Runs such work over and over, and gives the levels and reasons of what is logged. */
function repeat(work: (turn: number, stopping: AbortSignal) => Promise<void>) {
  const lines: unknown[] = [];
  const writer =
    (level: string): Logger["info"] =>
    ({ job: name, sqlState, error }, message) =>
      lines.push([level, name, sqlState ?? error, message]);
  const [debug, info, warn, error] = ["debug", "info", "warn", "error"].map(writer);
  if (!debug || !info || !warn || !error) throw new Error("no writer");
  let turns = 0;
  const run = (stopping: AbortSignal) => work((turns += 1), stopping);
  running = createPeriodicJob(
    { name: "work", pauseSeconds: 0.001, run },
    { debug, info, warn, error, request: () => undefined, record: () => undefined },
  );
  running.start();
  return { running, lines, turns: () => turns };
}

function fail(code: string): Promise<never> {
  return Promise.reject(Object.assign(new Error("failed"), { code }));
}

// Bad day: the database is restarted; or a statement is slower than DATABASE_TIMEOUT, every time and unseen.
test.each([
  ["ECONNREFUSED", "debug", "Error"],
  ["57P01", "debug", "57P01"],
  ["57014", "error", "57014"],
  ["42P01", "error", "42P01"],
])(
  "after a failure by %s the job runs again, and the log entry has level %s",
  async (code, level, told) => {
    const { turns, lines } = repeat((turn) => (turn === 1 ? fail(code) : Promise.resolve()));
    await eventually(turns, (count) => count >= 3);
    expect(lines).toEqual([[level, "work", told, "job failed"]]);
  },
);

test("runs do not overlap, and stopping waits for the present run and begins none", async () => {
  let underWay = 0;
  let most = 0;
  const { turns, running: work } = repeat(async (_turn, stopping) => {
    most = Math.max(most, (underWay += 1));
    await Bun.sleep(stopping.aborted ? 0 : 5);
    underWay -= 1;
  });
  await eventually(turns, (count) => count >= 3);
  await work.stop();
  const before = turns();
  expect([underWay, most]).toEqual([0, 1]);
  await Bun.sleep(20);
  expect(turns()).toBe(before);
});

// Bad day: one table is locked, or too large for one statement, and the others are never cleaned.
test("a table that cannot be cleaned is logged, and does not block the others", async () => {
  await using app = await startTestApp();
  await firstRetentionRun(app);
  await app.rows(
    `insert into outbox (id, topic, payload, created_at, available_at, delivered_at)
     values (gen_random_uuid(), 'old', '{}', now(), now(), now() - interval '8 days')`,
  );
  await app.rows("alter table mail_challenges rename to away");
  const outcome = await deleteExpiredRows(app.platform).then(
    () => "all",
    () => "not all",
  );
  await app.rows("alter table away rename to mail_challenges");
  expect(outcome).toBe("not all");
  expect(await app.rows("select id from outbox")).toEqual([]);
});
