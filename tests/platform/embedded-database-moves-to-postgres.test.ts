import { expect, setDefaultTimeout, test } from "bun:test";
import { sql } from "drizzle-orm";
import postgres from "postgres";

import { createEmbeddedDatabase } from "../../src/platform/db/embedded.ts";
import type { Database } from "../../src/platform/db/port.ts";
import { createMigratedPostgresDatabase } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";
import { logIn, signUp } from "../support/journey.ts";
import { makePost } from "../support/posts.ts";
import { quietLog } from "../support/quiet-log.ts";
import { openTestDatabase } from "../support/test-database.ts";
import { startTestApp } from "../support/test-app.ts";

setDefaultTimeout(60_000);

async function scriptOf({ backups }: Database): Promise<string> {
  const parts: string[] = [];
  await backups?.writeScript(async (text) => {
    parts.push(await Promise.resolve(text));
  });
  return parts.join("");
}

async function rowsOf({ db }: Database, query: string): Promise<Record<string, unknown>[]> {
  const result: unknown = await db.execute(sql.raw(query));
  const rows: unknown = Reflect.get(Object(result), "rows");
  return Array.isArray(rows) ? rows : [];
}

const tables = "select tablename as name from pg_tables where schemaname = 'public' order by 1";

/** All rows of every table, as one text for each. */
async function contents(rows: (query: string) => Promise<Record<string, unknown>[]>) {
  const found: Record<string, unknown> = {};
  for (const { name } of await rows(tables)) {
    const [row] = await rows(
      `select coalesce(string_agg(row_to_json(one)::text, e'\\n' order by row_to_json(one)::text), '') as text from "${String(name)}" as one`,
    );
    found[String(name)] = row?.["text"];
  }
  return found;
}

test("the script of an embedded database gives a Postgres server every row, and users stay signed in", async () => {
  await using app = await startTestApp({ database: "embedded", ownEngine: true });
  const user = await signUp(app);
  await app.rows(`update users set name = e'O\\'Brien \\\\ "ä" 🙂' where email = '${user.email}'`);
  await makePost(app, user, { text: "It's 'quoted'" });
  const { url, drop } = await createMigratedPostgresDatabase();
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  await app.server.stop(0);
  const { dataDir, jwtSecretKey } = app.platform.settings;
  const source = createEmbeddedDatabase({ dataDir, timeoutSeconds: 30, log: quietLog });
  const script = await scriptOf(source);
  await client.unsafe(script).simple();

  const moved = await contents(async (query) => [...(await client.unsafe(query))]);
  expect(moved).toEqual(await contents((query) => rowsOf(source, query)));
  await source.close();
  const filled = Object.entries(moved).filter(([, text]) => text !== "");
  expect(filled.map(([name]) => name)).toContainEqual("sessions");

  // Sequences and triggers work as before.
  const [next] = await client`select nextval('posts_id_seq') > (select max(id) from posts) as free`;
  expect(next?.["free"]).toBe(true);
  const [trigger] = await client`select count(*)::int as count from pg_trigger
    where not tgisinternal and tgenabled = 'D'`;
  expect(trigger?.["count"]).toBe(0);

  // A second load would replace what users have done since.
  expect((await failureOf(client.unsafe(script).simple())).message).toContain("has users");
  await client.unsafe("rollback");
  await client.end();

  await using server = await startTestApp({
    settings: { DATABASE_URL: url, JWT_SECRET_KEY: jwtSecretKey },
  });
  expect((await logIn(server, user)).status).toBe(200);
  const me = await server.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
  expect([me.status, me.json.data.name]).toEqual([200, `O'Brien \\ "ä" 🙂`]);
  const refreshed = await server.post("/api/v1/auth/refresh", {
    refresh_token: user.refreshToken,
  });
  expect(refreshed.status).toBe(200);
  await server[Symbol.asyncDispose]();
  await drop();
});

test("a script is refused by a database with another schema", async () => {
  const { url, drop } = await createMigratedPostgresDatabase();
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  await client`delete from drizzle.__drizzle_migrations where id = (select max(id) from drizzle.__drizzle_migrations)`;
  await using source = await openTestDatabase("embedded");
  const script = await scriptOf(source.database);
  const failure = await failureOf(client.unsafe(script).simple());
  expect(failure.message).toContain("the schema is another one");
  await client.end();
  await drop();
});
