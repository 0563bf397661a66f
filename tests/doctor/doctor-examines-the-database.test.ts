import { afterAll, beforeAll, expect, setSystemTime, test } from "bun:test";
import { join } from "node:path";
import postgres from "postgres";

import { addSeconds } from "../../src/kernel/clock.ts";
import { lockDataDirectory } from "../../src/platform/db/data-directory-lock.ts";
import {
  createEmptyPostgresDatabase,
  createMigratedPostgresDatabase,
  createSharedTestDatabase,
} from "../support/databases.ts";
import { findingsOf } from "../support/doctor.ts";

let database: { url: string; drop(): Promise<void> };

beforeAll(async () => {
  database = await createMigratedPostgresDatabase();
});

afterAll(() => database.drop());

test("a migrated database of the role's own passes, and a superuser is a warning", async () => {
  const findings = await findingsOf({ DATABASE_URL: database.url });
  const outcomes = [...findings.values()]
    .filter(({ name }) => /^(?:database|clock|migrations)/.test(name))
    .map(({ name, outcome }) => `${name} ${outcome}`);
  expect(outcomes).toEqual([
    "database ok",
    "database-encryption ok",
    "database-rights ok",
    "database-superuser warn",
    "clock ok",
    "migrations ok",
    "database-pooler ok",
    "database-notifications ok",
  ]);
});

test("pending migrations are a warning, and a schema of a newer version fails", async () => {
  const empty = await createEmptyPostgresDatabase();
  try {
    const before = await findingsOf({ DATABASE_URL: empty.url });
    expect(before.get("migrations")?.outcome).toBe("warn");
    const sql = postgres(empty.url, { max: 1, onnotice: () => undefined });
    await sql`create schema drizzle`;
    await sql`create table drizzle.__drizzle_migrations (id serial, hash text, created_at bigint)`;
    await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', 9999999999999)`;
    await sql.end();
    const after = await findingsOf({ DATABASE_URL: empty.url });
    expect(after.get("migrations")).toMatchObject({
      outcome: "fail",
      what: "a newer version has migrated the database",
    });
  } finally {
    await empty.drop();
  }
});

test("a role without rights fails, with what it lacks", async () => {
  const sql = postgres(database.url, { max: 1 });
  const role = `weak_${Bun.randomUUIDv7().replaceAll("-", "")}`;
  await sql.unsafe(`create role ${role} login password 'secret-of-weak'`);
  const url = new URL(database.url);
  [url.username, url.password] = [role, "secret-of-weak"];
  try {
    const findings = await findingsOf({ DATABASE_URL: url.href });
    expect(findings.get("database-rights")).toMatchObject({
      outcome: "fail",
      what: "the role lacks what migrations need: CREATE on the schema, CREATE on the database, ownership of the tables",
    });
    expect(findings.has("database-superuser")).toBe(false);
  } finally {
    await sql.unsafe(`drop role ${role}`);
    await sql.end();
  }
});

test("an unreachable server and a wrong password are told apart, and no password is printed", async () => {
  const wrong = new URL(database.url);
  [wrong.username, wrong.password] = ["no_such_role", "a-wrong-password"];
  const away = new URL(database.url);
  [away.hostname, away.port, away.password] = ["127.0.0.1", "1", "a-wrong-password"];
  const [ofAway, ofWrong] = await Promise.all([
    findingsOf({ DATABASE_URL: away.href, DATABASE_TIMEOUT: "1s" }),
    findingsOf({ DATABASE_URL: wrong.href }),
  ]);
  expect(ofAway.get("database")).toMatchObject({
    outcome: "fail",
    what: "no response from Postgres (ECONNREFUSED)",
  });
  expect(JSON.stringify([...ofAway, ...ofWrong])).not.toContain("a-wrong-password");
});

// The failure: "the check itself failed; report it as a bug", without any other finding of the database.
test("a wrong DATABASE_DIRECT_URL is named, beside the other findings", async () => {
  const away = new URL(database.url);
  [away.hostname, away.port] = ["127.0.0.1", "1"];
  const other = new URL(database.url);
  other.pathname = "/no_such_database";
  const findings = await Promise.all(
    [away, other].map(({ href }) =>
      findingsOf({ DATABASE_URL: database.url, DATABASE_DIRECT_URL: href, DATABASE_TIMEOUT: "1s" }),
    ),
  );
  expect(findings.map((each) => each.get("database-rights")?.outcome)).toEqual(["ok", "ok"]);
  expect(findings.map((each) => each.get("migrations"))).toMatchObject([
    {
      outcome: "fail",
      what: "no response from Postgres (ECONNREFUSED)",
      advice: "correct DATABASE_DIRECT_URL: see docs/postgres.md",
    },
    {
      outcome: "fail",
      what: expect.stringContaining("no database of the name in DATABASE_DIRECT_URL"),
    },
  ]);
});

test.each([
  [3, "ok"],
  [20, "warn"],
  [-20, "warn"],
  [120, "fail"],
] as const)("a clock that is %d s off the database's is %s", async (seconds, outcome) => {
  setSystemTime(addSeconds(new Date(), seconds));
  try {
    const findings = await findingsOf({ DATABASE_URL: database.url });
    expect(findings.get("clock")?.outcome).toBe(outcome);
  } finally {
    setSystemTime();
  }
});

test("an embedded database that another process does not share is left alone", async () => {
  const used = await createSharedTestDatabase("embedded");
  const directory = used.settings["DATA_DIR"] ?? "";
  await Bun.write(join(directory, "postgres/PG_VERSION"), "18");
  const lock = lockDataDirectory(directory);
  try {
    const findings = await findingsOf(used.settings);
    expect(findings.get("database")?.outcome).toBe("skip");
  } finally {
    lock.release();
    await used.remove();
  }
});

test("no embedded database is created", async () => {
  const empty = await createSharedTestDatabase("embedded");
  try {
    const findings = await findingsOf({ DATA_DIR: `${empty.settings["DATA_DIR"]}/new` });
    expect(findings.get("database")).toMatchObject({
      outcome: "ok",
      what: "embedded Postgres, which the first start creates",
    });
    expect(await Bun.file(`${empty.settings["DATA_DIR"]}/new/lock.sqlite`).exists()).toBe(false);
  } finally {
    await empty.remove();
  }
});
