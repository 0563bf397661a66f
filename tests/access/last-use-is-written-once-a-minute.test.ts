import { afterEach, beforeAll, describe, expect, setSystemTime, test } from "bun:test";
import postgres from "postgres";

import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { logIn, signUp } from "../support/journey.ts";
import { refreshed, sessionOf, statusOfMe } from "../support/session-calls.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";

const secondMs = 1000;
/** Longer than uses are collected before they are written. */
const collectedMilliseconds = 1500;

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });
  let replicas: readonly TestApp[];

  beforeAll(async () => {
    replicas = database === "embedded" ? [app] : [app, await app.replica()];
    await app.rows("create table written (session_id uuid, last_used_at timestamptz)");
    await app.rows(`create function note_use() returns trigger language plpgsql as
      'begin insert into written values (new.id, new.last_used_at); return null; end'`);
    await app.rows(`create trigger note_use after update on sessions for each row
      when (old.last_used_at is distinct from new.last_used_at) execute function note_use()`);
  });

  afterEach(() => {
    setSystemTime();
  });

  async function useEverywhere(...tokens: readonly string[]): Promise<void> {
    for (const token of tokens) {
      for (const replica of replicas) expect(await statusOfMe(replica, token)).toBe(200);
    }
  }

  /** Each write of the session's last use, in seconds since `start`. */
  async function writes(token: string, start: number): Promise<number[]> {
    const rows = await app.rows(
      `select extract(epoch from last_used_at) * 1000 as written_at from written
       where session_id = '${sessionOf(token)}' order by last_used_at`,
    );
    return rows.map((row) => Math.round((Number(row["written_at"]) - start) / secondMs));
  }

  test("a session's last use is written within about a second, and not again for a minute", async () => {
    const user = await signUp(app);
    const unused: string = (await logIn(app, user)).json.data.access_token;
    const start = Date.now();
    const token = user.accessToken;
    setSystemTime(start);

    const expected: number[] = [];
    for (const [second, isWritten] of [
      [59, false],
      [61, true],
      [119, false],
      [122, true],
      [600, true],
    ] as const) {
      setSystemTime(start + second * secondMs);
      for (let use = 0; use < 5; use += 1) await useEverywhere(token);
      if (isWritten) expected.push(second);
      else await Bun.sleep(collectedMilliseconds);
      await eventually(
        () => writes(token, start),
        (found) => found.length === expected.length,
      );
      expect(await writes(token, start)).toEqual(expected);
    }
    expect(await writes(unused, start)).toEqual([]);
    const list = await app.call("GET", "/api/v1/users/me/sessions", { bearer: token });
    const current = list.json.data.items.find(
      ({ current: isThis }: { current: boolean }) => isThis,
    );
    expect(current.last_used_at).toBe(new Date(start + 600 * secondMs).toISOString());
  }, 15_000);

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // A refresh counts as a use, and a use of any token of a session is a use of that session.
  test("uses of several tokens of a session are written once", async () => {
    const user = await signUp(app);
    const start = Date.now();
    setSystemTime(start + 30 * secondMs);
    const newer = await refreshed(app, user.refreshToken);
    setSystemTime(start + 70 * secondMs);
    await useEverywhere(user.accessToken, newer.accessToken);
    await Bun.sleep(collectedMilliseconds);
    expect(await writes(user.accessToken, start)).toEqual([30]);
    setSystemTime(start + 95 * secondMs);
    await useEverywhere(user.accessToken, newer.accessToken);
    await eventually(
      () => writes(user.accessToken, start),
      (found) => found.length === 2,
    );
    expect(await writes(user.accessToken, start)).toEqual([30, 95]);
  });

  test("the uses of many sessions are written by one statement", async () => {
    const user = await signUp(app);
    const start = Date.now();
    const tokens: string[] = [];
    for (let index = 0; index < 20; index += 1) {
      tokens.push((await logIn(app, user)).json.data.access_token);
    }
    await app.rows("create table statements (at timestamptz)");
    await app.rows(`create function count_statement() returns trigger language plpgsql as
      'begin insert into statements values (now()); return null; end'`);
    await app.rows(`create trigger count_statement after update on sessions for each statement
      execute function count_statement()`);
    setSystemTime(start + 120 * secondMs);
    for (const token of tokens) expect(await statusOfMe(app, token)).toBe(200);
    await eventually(
      async () => (await Promise.all(tokens.map((token) => writes(token, start)))).flat(),
      (found) => found.length === tokens.length,
    );
    // Two statements when the first second was over before the last session was used.
    const [row] = await app.rows("select count(*)::integer as count from statements");
    expect(Number(row?.["count"])).toBeWithin(1, 3);
  });
});

// The race: two replicas write the uses of the same sessions, each in another order.
test("a session that another transaction has locked does not delay the others", async () => {
  await using app = await startTestApp();
  const user = await signUp(app);
  const other: string = (await logIn(app, user)).json.data.access_token;
  const usedAt = new Date(Date.now() + 120 * secondMs);
  setSystemTime(usedAt);
  const connection = postgres(app.platform.settings.databaseUrl ?? "", { max: 1 });
  try {
    await connection.begin(async (tx) => {
      await tx`select from sessions where id = ${sessionOf(user.accessToken)} for update`;
      for (const token of [user.accessToken, other]) expect(await statusOfMe(app, token)).toBe(200);
      const used = await eventually(
        () => app.rows(`select id from sessions where last_used_at = '${usedAt.toISOString()}'`),
        (rows) => rows.length > 0,
      );
      expect(used).toEqual([{ id: sessionOf(other) }]);
    });
  } finally {
    setSystemTime();
    await connection.end();
  }
});
