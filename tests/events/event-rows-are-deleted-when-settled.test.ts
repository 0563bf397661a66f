import { afterEach, expect, setSystemTime, test } from "bun:test";

import { deleteExpiredRows } from "../../src/app/jobs/retention.ts";
import type { SendResult } from "../../src/platform/brokers/port.ts";
import { addDestination, eventsOf } from "../support/events.ts";
import { freshEmail, goodPassword, mailTo } from "../support/journey.ts";
import { createRelayScene } from "../support/relay-scene.ts";
import { openedEvent } from "../support/sealed-messages.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ destination: false });
const daySeconds = 86_400;

afterEach(() => {
  setSystemTime();
});

async function register(): Promise<{ userId: string; email: string }> {
  const email = freshEmail();
  const answer = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  return { userId: answer.json.data.user_id, email };
}

// part of security 135
test("delivered events are deleted after 7 days, dead ones after 30, pending ones never", async () => {
  const results: SendResult[] = [
    { kind: "delivered" },
    { kind: "dead", reason: "refused" },
    { kind: "failed", reason: "busy" },
  ];
  const scene = createRelayScene(app, ({ number }) => results[number - 1] ?? { kind: "delivered" });
  const destination = await scene.addDestination();
  for (const number of [1, 2, 3]) await scene.write(number, crypto.randomUUID());
  const relay = scene.relay();
  await relay.drain();
  await relay.stop();
  const left = async (days: number) => {
    setSystemTime(new Date(Date.now() + days * daySeconds * 1000));
    await deleteExpiredRows(app.platform);
    const rows = await scene.deliveries(destination);
    const events = await app.rows(
      "select id from events where payload->'data'->'fields' is not null",
    );
    expect(events).toHaveLength(rows.length);
    return rows.map(({ number }) => number);
  };
  expect(await left(6.9)).toEqual(["1", "2", "3"]);
  expect(await left(0.2)).toEqual(["2", "3"]);
  expect(await left(22)).toEqual(["2", "3"]);
  expect(await left(1)).toEqual(["3"]);
  expect(await left(365)).toEqual(["3"]);

  await app.rows(
    `update event_destinations set disabled_at = now() + interval '400 days' where id = '${destination}'`,
  );
  expect(await left(30)).toEqual(["3"]);
  await app.rows(`delete from event_destinations where id = '${destination}'`);
  expect(await left(0)).toEqual([]);
});

// part of security 120: the token is in the event that is sent, and nowhere once that is done
test("the token of a registration is sent once, and deleted when no destination needs it", async () => {
  const scene = createRelayScene(app);
  await scene.addDestination(["user.registered"]);
  const late = await addDestination(app, { types: ["user.registered"] });
  const { userId, email } = await register();
  const { token } = await mailTo(app, email);
  const relay = scene.relay();
  await relay.drain();
  expect(JSON.parse(scene.sent[0]?.body ?? "")).toEqual({
    event_id: scene.sent[0]?.id,
    event_type: "user.registered",
    timestamp: expect.stringMatching(/Z$/),
    data: { user_id: userId, email, email_verification_token: token },
  });
  const [pending] = await eventsOf(app, userId);
  expect(JSON.stringify(pending)).not.toContain(token);
  expect(openedEvent(app, { ...pending })).toContain(token);

  // Without this destination nothing is pending any more.
  await app.rows(`delete from event_destinations where id = '${late}'`);
  await deleteExpiredRows(app.platform);
  expect((await eventsOf(app, userId))[0]?.sealed).toBeNull();

  const second = await register();
  await relay.drain();
  expect(scene.sent).toHaveLength(2);
  expect((await eventsOf(app, second.userId))[0]?.sealed).toBeNull();
  await relay.stop();
});

test("a token is left out once it has expired, and is then deleted", async () => {
  const scene = createRelayScene(app);
  await scene.addDestination(["user.registered"]);
  const { userId } = await register();
  scene.clock.advance(app.platform.settings.verifyEmailTtlSeconds + 1);
  const relay = scene.relay();
  const [event] = await eventsOf(app, userId);
  expect(event?.sealed).not.toBeNull();
  await relay.drain();
  expect(JSON.parse(scene.sent[0]?.body ?? "").data).toEqual(event?.data);

  await addDestination(app, { types: ["user.registered"] });
  const another = await register();
  setSystemTime(new Date(Date.now() + (app.platform.settings.verifyEmailTtlSeconds + 1) * 1000));
  await deleteExpiredRows(app.platform);
  expect((await eventsOf(app, another.userId))[0]?.sealed).toBeNull();
  await relay.stop();
});
