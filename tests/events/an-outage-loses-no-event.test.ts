import { expect, test } from "bun:test";

import { createRelayScene } from "../support/relay-scene.ts";
import { goodPassword, registerVerified } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ destination: false });

const minutes = 10;
const batch = { batchSize: 10, concurrency: 2 };

// Bad day: the broker is away for ten minutes, while users go on to sign in.
// security 135
test("while a broker is away for ten minutes requests succeed, events wait in the database alone, and all arrive in order afterwards", async () => {
  let isDown = true;
  let underWay = 0;
  let mostUnderWay = 0;
  const scene = createRelayScene(
    app,
    async () => {
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      await Promise.resolve();
      underWay -= 1;
      return isDown ? { kind: "unavailable", reason: "connection refused" } : { kind: "delivered" };
    },
    batch,
  );
  const destination = await scene.addDestination();
  const users = await Promise.all(Array.from({ length: 8 }, () => registerVerified(app)));
  const relays = [scene.relay(), scene.relay()];
  const drain = () => Promise.all(relays.map((relay) => relay.drain()));

  for (let minute = 0; minute < minutes; minute += 1) {
    for (const { email } of users) {
      const json = { email, password: goodPassword };
      expect((await app.post("/api/v1/auth/login", json)).status).toBe(200);
    }
    const before = scene.sent.length;
    for (let second = 0; second < 60; second += 10) {
      scene.clock.advance(10);
      await drain();
    }
    // Once a minute one event is tried, and not the backlog. The first attempts are closer together.
    if (minute >= 3) expect(scene.sent.length - before).toBeLessThanOrEqual(2);
  }
  const backlog = await scene.deliveries(destination);
  // For each user the registration and the verified address, and ten sign-ins.
  expect(backlog).toHaveLength(users.length * (2 + minutes));
  expect(backlog.every(({ status, attempts }) => status === "pending" && attempts === 0)).toBe(
    true,
  );
  expect(await scene.destination(destination)).toMatchObject({
    last_error: "connection refused",
    disabled_at: null,
  });

  isDown = false;
  const before = scene.sent.length;
  scene.clock.advance(80);
  while ((await scene.deliveries(destination)).some(({ status }) => status === "pending")) {
    await drain();
  }
  const delivered = scene.sent.slice(before);
  expect(delivered).toHaveLength(backlog.length);
  for (const { userId } of users) {
    const types = delivered.filter(({ key }) => key === userId).map(({ type }) => type);
    expect(types).toEqual([
      "user.registered",
      "user.email_verified",
      ...Array.from({ length: minutes }, () => "user.logged_in"),
    ]);
    const times = delivered
      .filter(({ key }) => key === userId)
      .map(({ body }) => String(JSON.parse(body).timestamp));
    expect(times).toEqual(times.toSorted());
  }
  // Events beyond the batches of each relay stay in the database.
  expect(mostUnderWay).toBeLessThanOrEqual(relays.length * batch.batchSize * batch.concurrency);
  await Promise.all(relays.map((relay) => relay.stop()));
});
