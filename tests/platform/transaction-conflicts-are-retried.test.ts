import { sql } from "drizzle-orm";
import { expect, test } from "bun:test";
import postgres from "postgres";

import { createPostgresDatabase } from "../../src/platform/db/postgres.ts";
import { createEmptyPostgresDatabase } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { logIn, signUp } from "../support/journey.ts";
import { quietLog } from "../support/quiet-log.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

/** Makes opening a session fail with a serialisation failure the given number of times, counted outside the transaction. */
async function plantSerializationFailures(app: TestApp, times: number): Promise<void> {
  await app.rows("create sequence planted_failures");
  await app.rows(`
    create function fail_at_first() returns trigger language plpgsql as $$
    begin
      if nextval('planted_failures') <= ${times} then
        raise exception 'planted' using errcode = '40001';
      end if;
      return new;
    end $$`);
  await app.rows(
    "create trigger fail_at_first before insert on sessions for each row execute function fail_at_first()",
  );
}

// security 129
test("a sign-in that meets three serialisation failures succeeds, with everything written once", async () => {
  await using app = await startTestApp();
  const user = await signUp(app);
  await plantSerializationFailures(app, 3);
  expect((await logIn(app, user)).status).toBe(200);
  const [counts] = await app.rows(`
    select (select count(*) from sessions)::integer as sessions,
      (select count(*) from audit_log where action = 'user.login')::integer as entries,
      (select count(*) from events where type = 'user.logged_in')::integer as events`);
  expect(counts).toEqual({ sessions: 2, entries: 2, events: 2 });
});

// security 129
test("a sign-in that meets four gets 503, with nothing written", async () => {
  await using app = await startTestApp();
  const user = await signUp(app);
  await plantSerializationFailures(app, 4);
  const answer = await logIn(app, user);
  expect([answer.status, answer.json.error.code]).toEqual([503, "UNAVAILABLE"]);
  expect(answer.headers.get("retry-after")).toBe("1");
  expect(await app.rows("select id from sessions")).toHaveLength(1);
  expect((await logIn(app, user)).status).toBe(200);
});

// The bad day: two transactions take the same two rows in opposite orders.
// security 129
test("a statement that a deadlock ends is sent again", async () => {
  const { url, drop } = await createEmptyPostgresDatabase();
  // Its second connection looks on: within a transaction the picture of who waits stays the same.
  const other = postgres(url, { max: 2 });
  await other`create table pairs (id integer primary key, touched integer not null)`;
  await other`insert into pairs values (1, 0), (2, 0)`;
  let statements = 0;
  const database = createPostgresDatabase({
    url,
    poolSize: 1,
    timeoutSeconds: 10,
    applicationName: "deadlocked",
    log: quietLog,
    onStatement: () => {
      statements += 1;
    },
  });

  const deadlocked = await other.begin(async (tx) => {
    // The first transaction that checks for a deadlock is its victim: not this one.
    await tx`set local deadlock_timeout = '20s'`;
    await tx`update pairs set touched = touched + 1 where id = 2`;
    const statement = database.db
      .execute(
        sql`with first as (update pairs set touched = touched + 1 where id = 1 returning id)
          update pairs set touched = touched + 1 from first where pairs.id = first.id + 1`,
      )
      .then(() => "done");
    await eventually(
      () =>
        other`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      (waiting) => waiting.length === 1,
    );
    // It holds row 1 and waits for us; now we wait for it.
    await tx`update pairs set touched = touched + 1 where id = 1`;
    return { statement };
  });

  expect(await deadlocked.statement).toBe("done");
  expect(statements).toBe(2);
  expect(await other`select id from pairs where touched = 2`).toHaveLength(2);
  await database.close();
  await other.end();
  await drop();
});
