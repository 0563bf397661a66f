import { describe, expect, test } from "bun:test";

import type { DestinationKind } from "../../src/platform/brokers/port.ts";
import { addDestination, eventsOf } from "../support/events.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword, signUp } from "../support/journey.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const counts = `select (select count(*)::int from events) as events, (select count(*)::int from event_deliveries) as deliveries`;

// Attack: each sign-in writes a row that is never delivered, and so never deleted.
// part of security 149
test.each([...databaseKinds])(
  "on %s events are written only while a destination wants them",
  async (database) => {
    await using app = await startTestApp({ database, destination: false });
    await signUp(app);
    expect(await app.rows(counts)).toEqual([{ events: 0, deliveries: 0 }]);

    const everything = await addDestination(app);
    const signIns = await addDestination(app, { types: ["user.logged_in", "user.locked"] });
    const disabled = await addDestination(app);
    await app.rows(`update event_destinations set disabled_at = now() where id = '${disabled}'`);
    const { userId } = await signUp(app);
    const types = (await eventsOf(app, userId)).map(({ type }) => type);
    expect(types).toEqual(["user.registered", "user.email_verified", "user.logged_in"]);
    const deliveries = await app.rows(
      `select e.type, d.destination_id, d.key, d.position = e.position as is_ordered from event_deliveries d join events e on e.id = d.event_id
       order by d.position, d.destination_id = '${everything}' desc`,
    );
    const delivery = { key: userId, is_ordered: true };
    expect(deliveries).toEqual([
      ...types.map((type) => ({ ...delivery, type, destination_id: everything })),
      { ...delivery, type: "user.logged_in", destination_id: signIns },
    ]);
  },
);

test("a statement that writes deliveries itself, as those of the previous version do, gets no second ones", async () => {
  await using app = await startTestApp({ destination: false });
  const [named, other, disabled] = [
    await addDestination(app),
    await addDestination(app),
    await addDestination(app),
  ];
  await app.rows(`update event_destinations set disabled_at = now() where id = '${disabled}'`);
  const writeAsBefore = (type: string) =>
    app.rows(`
      with event as (
        insert into events (id, type, user_id, payload, created_at)
        values (gen_random_uuid(), '${type}', gen_random_uuid(), '{}', '2002-01-01') returning *)
      insert into event_deliveries (event_id, destination_id, key, position, available_at)
      select id, '${named}', user_id, position, '2001-01-01' from event`);
  const deliveries = () =>
    app.rows(`select destination_id, extract(year from available_at)::int as year from event_deliveries
      order by year, event_id`);
  await writeAsBefore("user.updated");
  expect(await deliveries()).toEqual([
    { destination_id: named, year: 2001 },
    { destination_id: other, year: 2002 },
  ]);
  // That of a webhook's test names its only destination.
  await writeAsBefore("webhook.test");
  expect(await deliveries()).toMatchObject([{ year: 2001 }, { year: 2001 }, { year: 2002 }]);
});

// part of security 131
test("an event is written with its change or not at all", async () => {
  await using app = await startTestApp();
  const email = freshEmail();
  const body = { email, password: goodPassword };
  const register = () => app.post("/api/v1/auth/register", body);
  await app.rows("alter table event_deliveries rename to gone");
  expect((await register()).status).toBeGreaterThanOrEqual(500);
  await app.rows("alter table gone rename to event_deliveries");
  const users = () => app.rows(`select id from users where email = '${email}'`);
  expect([await users(), await app.rows(counts)]).toEqual([[], [{ events: 0, deliveries: 0 }]]);

  expect((await register()).status).toBe(201);
  // The address is taken: the second statement fails, and so does its event.
  expect((await register()).status).toBe(400);
  const [user] = await users();
  expect(await eventsOf(app, String(user?.["id"]))).toMatchObject([{ type: "user.registered" }]);
  expect(await app.rows(counts)).toEqual([{ events: 1, deliveries: 1 }]);
});

describe("sessions", () => {
  const api = "/api/v1";
  const since = async (app: TestApp, userId: string) =>
    (await eventsOf(app, userId)).slice(3).map(({ type, data }) => [type, data]);

  test("that end are told of, once for each action, also when a refresh token is reused", async () => {
    await using app = await startTestApp();
    const user = await signUp(app);
    const { email, password, userId: user_id } = user;
    const logIn = async () => (await app.post(`${api}/auth/login`, { email, password })).json.data;
    const idOf = (token: string) => JSON.parse(atob(token.split(".")[1] ?? "")).sid;

    const first = idOf(user.accessToken);
    await app.call("POST", `${api}/auth/logout`, { bearer: user.accessToken });
    await app.call("POST", `${api}/auth/logout`, { bearer: user.accessToken });
    expect(await since(app, user_id)).toEqual([
      ["user.logged_out", { user_id, session_ids: [first] }],
    ]);

    const [one, other] = [await logIn(), await logIn()];
    const revoked = idOf(one.access_token);
    const list = `${api}/users/me/sessions`;
    await app.call("DELETE", `${list}/${revoked}`, { bearer: other.access_token });
    expect((await since(app, user_id)).at(-1)).toEqual([
      "session.revoked",
      { user_id, session_ids: [revoked] },
    ]);

    const stolen = other.refresh_token;
    const next = (await app.post(`${api}/auth/refresh`, { refresh_token: stolen })).json.data;
    await app.post(`${api}/auth/refresh`, { refresh_token: next.refresh_token });
    expect((await app.post(`${api}/auth/refresh`, { refresh_token: stolen })).status).toBe(401);
    expect((await since(app, user_id)).at(-1)).toEqual([
      "session.reuse_detected",
      { user_id, session_id: idOf(other.access_token), ip_address: "127.0.0.1" },
    ]);
  });
});

test("a destination gets the events from its creation on, on whatever replica that was", async () => {
  const sent: unknown[] = [];
  const memory: DestinationKind = {
    batchSize: 10,
    usersPerBatch: 10,
    concurrency: 2,
    longestPauseSeconds: 60,
    longestOutageSeconds: null,
    create: () => ({
      send: async (events) => {
        sent.push(...events.map(({ key, type }) => [key, type]));
        return events.map(() => ({ kind: "delivered" }));
      },
      close: () => Promise.resolve(),
    }),
  };
  await using app = await startTestApp({
    destination: false,
    overrides: { destinationKinds: { memory } },
  });
  const replica = await app.replica();
  const before = await signUp(app);
  await addDestination(replica, { kind: "memory" });
  const after = await signUp(app);
  await eventually(
    () => sent.length,
    (length) => length >= 3,
  );
  expect(sent).toEqual([
    [after.userId, "user.registered"],
    [after.userId, "user.email_verified"],
    [after.userId, "user.logged_in"],
  ]);
  expect(await eventsOf(app, before.userId)).toEqual([]);
});

test("the destinations of the settings are created and enabled at a start, and those of other replicas stay", async () => {
  await using app = await startTestApp({ destination: false });
  const destinations = (replica: TestApp) =>
    replica.rows("select id, kind, types, disabled_at from event_destinations order by id");
  const own = await addDestination(app, { id: "ffffffff-0000-7000-8000-000000000001" });
  const ownRow = { id: own, kind: "test", types: null, disabled_at: null };

  const configured = await app.replica({
    EVENTS_NATS_URL: "nats://localhost:1",
    EVENTS_KAFKA_BROKERS: "localhost:1",
  });
  const rowOf = (id: string) => ({ id, kind: id, types: null, disabled_at: null });
  expect(await destinations(configured)).toEqual([ownRow, rowOf("kafka"), rowOf("nats")]);

  await app.rows("update event_destinations set disabled_at = now(), disabled_reason = '410'");
  const again = await app.replica({ EVENTS_NATS_URL: "nats://localhost:1" });
  expect(await destinations(again)).toMatchObject([
    { id: own, disabled_at: expect.anything() },
    { id: "kafka", disabled_at: expect.anything() },
    rowOf("nats"),
  ]);
});
