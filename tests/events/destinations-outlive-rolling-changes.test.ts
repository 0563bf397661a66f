import { expect, test } from "bun:test";

import { announceDestinations } from "../../src/features/events/index.ts";
import { addSeconds } from "../../src/kernel/clock.ts";
import { eventually } from "../support/eventually.ts";
import { signUp } from "../support/journey.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";
import { startReceiver } from "../support/webhooks.ts";

const nats = { EVENTS_NATS_URL: "nats://localhost:1" };
const without = { EVENTS_NATS_URL: "" };
const minute = 60;

/** What the job of this replica does at that time, in seconds from now, if the replica was started then. */
async function announce(replica: TestApp, at: number, startedAt: number): Promise<void> {
  const now = new Date();
  const clock = { now: () => addSeconds(now, at) };
  await announceDestinations({ ...replica.platform, clock }, addSeconds(now, startedAt));
}

const idsOf = async (app: TestApp) =>
  (await app.rows("select id from event_destinations order by id")).map(({ id }) => id);
const pendingOf = async (app: TestApp) =>
  (
    await app.rows(
      "select 1 from event_deliveries where destination_id = 'nats' and status = 'pending'",
    )
  ).length;

// Bad day: one replica after another is started with the setting, or without it.
test("a destination stays while a replica has its setting, whichever others start without it", async () => {
  await using old = await startTestApp({ destination: false, settings: nats });
  const next = await old.replica(without);
  expect(await idsOf(old)).toEqual(["nats"]);
  await signUp(old);
  const waiting = await pendingOf(old);
  expect(waiting).toBeGreaterThan(0);
  // For an hour both run.
  for (let at = 0; at <= 60 * minute; at += minute) {
    await announce(old, at, 0);
    await announce(next, at, 0);
  }
  expect(await idsOf(old)).toEqual(["nats"]);
  expect(await pendingOf(old)).toBe(waiting);

  // The old replica has stopped.
  for (let at = 61 * minute; at <= 69 * minute; at += minute) await announce(next, at, 0);
  expect(await idsOf(old)).toEqual(["nats"]);
  await announce(next, 71 * minute, 0);
  expect([await idsOf(old), await pendingOf(old)]).toEqual([[], 0]);
  expect(next.log.filter((line) => line.includes("event destination removed"))).toHaveLength(1);
});

test("a replica that starts after a long stop of all waits for the others before it removes a destination", async () => {
  await using app = await startTestApp({ destination: false, settings: nats });
  const next = await app.replica(without);
  const day = 24 * 60 * minute;
  await announce(app, 0, 0);
  await announce(next, day, day);
  await announce(next, day + 9 * minute, day);
  expect(await idsOf(app)).toEqual(["nats"]);
  await announce(next, day + 11 * minute, day);
  expect(await idsOf(app)).toEqual([]);
  // One that has the setting after all brings it back.
  await announce(app, day + 12 * minute, day);
  expect(await idsOf(app)).toEqual(["nats"]);
});

test("an announcement is written once in half a minute, whatever number of replicas has the setting", async () => {
  await using app = await startTestApp({ destination: false, settings: nats });
  const other = await app.replica(nats);
  const announcedAt = async () =>
    (await app.rows("select announced_at, xmin from event_destinations"))[0];
  await announce(app, 10 * minute, 0);
  const before = await announcedAt();
  await announce(other, 10 * minute + 20, 0);
  expect(await announcedAt()).toEqual(before);
  await announce(other, 10 * minute + 40, 0);
  expect(await announcedAt()).not.toEqual(before);
});

test("a replica without WEBHOOK_URL sends nothing to that webhook, and pauses it for no other", async () => {
  await using receiver = startReceiver();
  const settings = {
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET: `whsec_${btoa("a-secret-of-tests-of-32-bytes-01")}`,
    WEBHOOK_ALLOW_PRIVATE: "true",
  };
  await using app = await startTestApp({ destination: false, settings: { WEBHOOK_URL: "" } });
  await using configured = await app.replica(settings);
  await signUp(app);
  await receiver.atLeast(3);
  const [row] = await eventually(
    () => app.rows("select failures, retry_at, last_error from event_destinations"),
    (rows) => rows.length === 1,
  );
  expect(row).toEqual({ failures: 0, retry_at: null, last_error: null });
  expect(configured.log.some((line) => line.includes("not reachable"))).toBe(false);
});
