import { afterAll, beforeAll, describe, expect, setSystemTime, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { eventually } from "../support/eventually.ts";
import { useTestApp } from "../support/test-app.ts";
import {
  createWebhook,
  deliveriesOf,
  skipPauses,
  startReceiver,
  wakeRelay,
  writeEvent,
} from "../support/webhooks.ts";

const app = useTestApp({ settings: { WEBHOOK_ALLOW_PRIVATE: "true" } });
let bearer: string;

beforeAll(async () => {
  bearer = (await signInAdmin(app)).accessToken;
});

afterAll(() => {
  setSystemTime();
});

const webhookOf = async (id: string) =>
  (await app.call("GET", `/api/v1/webhooks/${id}`, { bearer })).json.data;
const remove = (id: string) => app.call("DELETE", `/api/v1/webhooks/${id}`, { bearer });

// part of security 134
test("a receiver that hangs, one that fails and one that is gone delay no other receiver", async () => {
  const released = Promise.withResolvers<void>();
  let hangingNow = 0;
  let mostHanging = 0;
  await using hanging = startReceiver(async (_, __, signal) => {
    hangingNow += 1;
    mostHanging = Math.max(mostHanging, hangingNow);
    signal.addEventListener("abort", () => {
      hangingNow -= 1;
    });
    await released.promise;
    return new Response();
  });
  await using failing = startReceiver(() => new Response(null, { status: 500 }));
  await using gone = startReceiver(() => new Response(null, { status: 410 }));
  await using good = startReceiver();
  const ids: string[] = [];
  for (const { url } of [hanging, failing, gone, good]) {
    ids.push((await createWebhook(app, bearer, { url })).id);
  }
  const [hangingId = "", failingId = "", goneId = "", goodId = ""] = ids;
  const users = Array.from({ length: 40 }, () => crypto.randomUUID());
  for (const [number, user] of users.entries()) await writeEvent(app, user, number);
  // The good one gets everything while the other one still has not responded.
  const received = await good.atLeast(users.length);
  const seen = received.map(({ event }) => String(event.data.user_id));
  expect(seen.toSorted()).toEqual(users.toSorted());
  expect(
    await app.rows(
      `select 1 from event_deliveries where destination_id = '${hangingId}' and status = 'delivered'`,
    ),
  ).toEqual([]);
  // Each request that hangs takes a place until it is given up after ten seconds, and there are 16.
  expect(mostHanging).toBeGreaterThan(0);
  expect(mostHanging).toBeLessThanOrEqual(16);
  expect(hanging.received.length).toBeLessThan(users.length);

  // Once the events of five users have failed it counts as down, and gets one event at a time.
  await failing.atLeast(5);
  expect(failing.received.length).toBeLessThan(users.length);
  const failed = await eventually(
    () => webhookOf(failingId),
    ({ last_error }) => last_error,
  );
  expect([failed.status, failed.last_error]).toEqual([
    "active",
    "The receiver responded with 500.",
  ]);
  const disabled = await eventually(
    () => webhookOf(goneId),
    ({ status }) => status === "disabled",
  );
  expect(disabled.disabled_reason).toBe("The receiver responded with 410 (Gone).");
  expect(gone.received.length).toBeLessThanOrEqual(16 * 2);

  // Nothing more is written for the disabled one.
  const count = `select count(*)::int as count from event_deliveries where destination_id = '${goneId}'`;
  const before = await app.rows(count);
  await writeEvent(app, users[0] ?? "");
  expect(await app.rows(count)).toEqual(before);
  released.resolve();
  expect((await webhookOf(goodId)).last_error).toBeNull();
  for (const id of ids) await remove(id);
});

test("a webhook that was gone gets its pending events when it is active again", async () => {
  let status = 410;
  await using receiver = startReceiver(() => new Response(null, { status }));
  const { id } = await createWebhook(app, bearer, { url: receiver.url });
  await writeEvent(app, crypto.randomUUID());
  await eventually(
    () => webhookOf(id),
    (webhook) => webhook.status === "disabled",
  );
  status = 200;
  const call = { bearer, json: { status: "active" } };
  expect((await app.call("PATCH", `/api/v1/webhooks/${id}`, call)).status).toBe(200);
  const [delivery] = await deliveriesOf(app, bearer, id, ([item]) => item.status === "delivered");
  expect(delivery.response_status).toBe(200);
  await remove(id);
});

// part of security 134
describe("a pause that the receiver asks for is kept", () => {
  test.each([
    [429, "300"],
    [503, "300"],
    [503, "date"],
  ] as const)("after %d with Retry-After: %s", async (status, form) => {
    const date = new Date(Date.now() + 300_000).toUTCString();
    const headers = { "retry-after": form === "date" ? date : form };
    await using receiver = startReceiver((_, count) =>
      count === 1 ? new Response(null, { status, headers }) : new Response(),
    );
    const { id } = await createWebhook(app, bearer, { url: receiver.url });
    await writeEvent(app, crypto.randomUUID());
    await eventually(
      () => webhookOf(id),
      ({ last_error }) => last_error !== null,
    );
    expect((await webhookOf(id)).last_error).toBe(`The receiver responded with ${status}.`);
    const [pending] = (await app.call("GET", `/api/v1/webhooks/${id}/deliveries`, { bearer })).json
      .data.items;
    expect(pending.attempts).toBe(0);
    const pauseSeconds = (Date.parse(pending.next_attempt_at) - Date.now()) / 1000;
    expect(pauseSeconds).toBeGreaterThan(240);

    setSystemTime(new Date(Date.now() + 200_000));
    await wakeRelay(app);
    await writeEvent(app, crypto.randomUUID());
    await app.call("GET", `/api/v1/webhooks/${id}/deliveries`, { bearer });
    expect(receiver.received).toHaveLength(1);
    // The clock stands still between two moves: a lease that a busy machine has left would otherwise never end.
    await eventually(
      async () => {
        setSystemTime(new Date(Date.now() + 120_000));
        await wakeRelay(app);
        await Bun.sleep(200);
        return receiver.received.length;
      },
      (count) => count >= 3,
    );
    setSystemTime();
    await remove(id);
  });
});

test("a delivery is dead after the last attempt, and a replay brings it back", async () => {
  let status = 500;
  await using receiver = startReceiver(() => new Response(null, { status }));
  const { id } = await createWebhook(app, bearer, { url: receiver.url });
  await writeEvent(app, crypto.randomUUID());
  await receiver.atLeast(1);
  await deliveriesOf(app, bearer, id, ([item]) => item.last_error !== null);
  await app.rows(`update event_deliveries set attempts = 19 where destination_id = '${id}'`);
  await skipPauses(app);
  const [dead] = await deliveriesOf(app, bearer, id, ([item]) => item.status === "dead");
  expect(dead).toMatchObject({
    attempts: 20,
    response_status: 500,
    last_error: "The receiver responded with 500.",
    next_attempt_at: null,
    delivered_at: null,
  });
  expect((await webhookOf(id)).last_error).toBe("The receiver responded with 500.");
  status = 200;
  const at = `/api/v1/webhooks/${id}/deliveries/${dead.delivery_id}/replay`;
  const replay = await app.call("POST", at, { bearer });
  expect([replay.status, replay.json.data.attempts]).toEqual([202, 0]);
  const [delivered] = await deliveriesOf(app, bearer, id, ([item]) => item.status === "delivered");
  expect([delivered.attempts, delivered.last_error]).toEqual([1, null]);
  expect((await webhookOf(id)).last_error).toBeNull();
  expect(new Set(receiver.received.map((request) => request.id)).size).toBe(1);
  await remove(id);
});
