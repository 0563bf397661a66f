import { beforeAll, expect, test } from "bun:test";

import { recordAudit } from "../../src/features/audit/index.ts";
import { replayEvents } from "../../src/features/events/index.ts";
import { createSystemContext } from "../../src/platform/platform.ts";
import { signInAdmin } from "../support/admin.ts";
import { databaseKinds } from "../support/databases.ts";
import { addDestination } from "../support/events.ts";
import { goodPassword, signUp } from "../support/journey.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";

/** No broker is there: the events wait in the database. */
const streamSettings = { AUDIT_STREAM: "nats", EVENTS_NATS_URL: "nats://127.0.0.1:1" };

const app = useTestApp({ settings: streamSettings });
let bearer: string;

beforeAll(async () => {
  bearer = (await signInAdmin(app)).accessToken;
});

const streamed = (of: TestApp, condition = "true") =>
  of.rows(`select e.id, e.type, e.user_id, e.payload, d.destination_id, d.key from audit_log a
    left join events e on e.id = a.id left join event_deliveries d on d.event_id = e.id
    where ${condition} order by a.id`);

test.each([...databaseKinds])(
  "on %s every row is an event of the chosen destination alone, with what the API shows of the row",
  async (database) => {
    await using own = await startTestApp({ database, settings: streamSettings });
    const { accessToken } = await signInAdmin(own);
    await signUp(own);
    await own.post("/api/v1/auth/login", { email: "unknown@example.com", password: "Wr0ng-One!" });

    const path = "/api/v1/audit-logs?limit=100";
    const written = await streamed(own);
    const listed = (await own.call("GET", path, { bearer: accessToken })).json.data.items;
    expect(written.length).toBeGreaterThan(5);
    expect(written.map(({ payload }) => payload)).toEqual(
      // oxlint-disable-next-line typescript/no-explicit-any -- rows of the API
      listed.toReversed().map(({ sequence: _sequence, ...data }: any) => ({
        event_type: `audit.${data.action}`,
        timestamp: data.created_at,
        data,
      })),
    );
    const results = new Set(listed.map(({ result }: { result: string }) => result));
    expect(results).toEqual(new Set(["success", "failure"]));
    expect(new Set(written.map((row) => row["destination_id"]))).toEqual(new Set(["nats"]));
    // The destination gets all other events too.
    const others = await own.rows(
      "select distinct type from events where type in ('user.logged_in', 'audit.user.login') order by type",
    );
    expect(others.map(({ type }) => type)).toEqual(["audit.user.login", "user.logged_in"]);
  },
);

test("rows are ordered by the user, or else by the actor; rows of no one delay each other not", async () => {
  const user = await signUp(app);
  const role = `auditor-${crypto.randomUUID().slice(0, 8)}`;
  const made = await app.post("/api/v1/roles", { name: role, permissions: [] }, { bearer });
  expect(made.status).toBe(201);
  await app.post("/api/v1/auth/login", { email: "no-one@example.com", password: goodPassword });
  const keyOf = async (condition: string) => {
    const [row] = (await streamed(app, condition)).slice(-1);
    return { key: row?.["key"], id: row?.["id"] };
  };
  expect(await keyOf(`a.user_id = '${user.userId}'`)).toMatchObject({ key: user.userId });
  const [actor] = await app.rows("select actor_id from audit_log where action = 'role.created'");
  expect(await keyOf("action = 'role.created'")).toMatchObject({ key: actor?.["actor_id"] });
  const { key, id } = await keyOf("a.user_id is null and actor_id is null and result = 'failure'");
  expect(key).toBe(id);
});

// part of security 131
test("a row whose event cannot be written is not written, nor is its change", async () => {
  await using own = await startTestApp({ settings: streamSettings });
  const counts =
    "select (select count(*) from users) as users, (select count(*) from audit_log) as rows";
  const before = await own.rows(counts);
  await own.rows("alter table event_deliveries rename to gone");
  const json = { email: "ada@example.com", password: goodPassword };
  expect((await own.post("/api/v1/auth/register", json)).status).toBeGreaterThanOrEqual(500);
  await own.rows("alter table gone rename to event_deliveries");
  expect(await own.rows(counts)).toEqual(before);
});

test("another destination gets no rows, not even by a replay of everything", async () => {
  const other = await addDestination(app, { kind: "test" });
  const user = await signUp(app);
  const ctx = createSystemContext(app.platform, "test");
  const everything = { since: null, type: null, isDeadOnly: false, destinationId: null };
  await replayEvents(ctx, everything, () =>
    recordAudit(ctx, { action: "events.replayed", result: "success", userId: null }),
  );
  const types = await app.rows(
    `select e.type from events e join event_deliveries d on d.event_id = e.id
     where d.destination_id = '${other}' and e.user_id = '${user.userId}' order by e.position, e.id`,
  );
  expect(types.map(({ type }) => type)).toEqual([
    "user.registered",
    "user.email_verified",
    "user.logged_in",
  ]);
});

test("without AUDIT_STREAM no row is an event, from the next start on", async () => {
  await using own = await startTestApp({ settings: streamSettings });
  const isStream = "select is_audit_stream from event_destinations where id = 'nats'";
  expect(await own.rows(isStream)).toEqual([{ is_audit_stream: true }]);
  await using later = await own.replica({ AUDIT_STREAM: "" });
  expect(await later.rows(isStream)).toEqual([{ is_audit_stream: false }]);
  const { userId } = await signUp(later);
  const types = await later.rows(`select type from events where user_id = '${userId}'`);
  expect(types.filter(({ type }) => String(type).startsWith("audit."))).toEqual([]);
  expect(types.length).toBeGreaterThan(2);
});
