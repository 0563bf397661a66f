import { expect, test } from "bun:test";

import { deleteExpiredRows } from "../../src/app/jobs/retention.ts";
import { firstRetentionRun } from "../support/first-retention-run.ts";
import { signUp } from "../support/journey.ts";
import { startTestApp } from "../support/test-app.ts";

const events = "select id from outbox where topic = 'event'";

const insertEvent = `insert into outbox (id, topic, payload, created_at, available_at)
  values ('00000000-0000-7000-8000-000000000001', 'event', '{}', now(), now() - interval '1 second')`;

// Attack: each sign-in writes a row that is never delivered, and so never deleted.
// part of security 149
test("without a destination no event is recorded, and those of an earlier version are deleted", async () => {
  await using app = await startTestApp({ overrides: { eventsWanted: false } });
  await firstRetentionRun(app);
  await signUp(app);
  expect(await app.rows(events)).toEqual([]);
  await app.rows(insertEvent);
  await deleteExpiredRows(app.platform);
  expect(await app.rows(events)).toEqual([]);
});

test("with a destination events are recorded, and kept until they are delivered", async () => {
  await using app = await startTestApp();
  await firstRetentionRun(app);
  await signUp(app);
  await app.rows(insertEvent);
  const recorded = await app.rows(events);
  expect(recorded.length).toBeGreaterThan(2);
  await deleteExpiredRows(app.platform);
  expect(await app.rows(events)).toHaveLength(recorded.length);
});
