import { readdir } from "node:fs/promises";

import { describe, expect, setDefaultTimeout, test } from "bun:test";

import { createHome } from "../support/executable-home.ts";
import { databaseKinds } from "../support/databases.ts";
import { runGatehouse } from "../support/executable.ts";
import { logMessages, withoutLog } from "../support/log-lines.ts";

setDefaultTimeout(60_000);

const journal: { entries: { tag: string }[] } = await Bun.file("drizzle/meta/_journal.json").json();
const names = journal.entries.map(({ tag }) => tag);

describe.each([...databaseKinds])("migrate on %s", (kind) => {
  test("prints the SQL of the pending migrations, applies them, and then has none", async () => {
    await using home = await createHome(kind);
    const preview = await runGatehouse(["migrate", "--dry-run"], home);
    expect([preview.exitCode, preview.stderr]).toEqual([0, ""]);
    const comments = preview.stdout.split("\n").filter((line) => /^-- \d{4}_\w+$/.test(line));
    expect(comments).toEqual(names.map((name) => `-- ${name}`));
    expect(preview.stdout).not.toContain("statement-breakpoint");

    const run = await runGatehouse(["migrate"], home);
    expect([run.exitCode, withoutLog(run.stderr)]).toEqual([0, ""]);
    expect(run.stdout).toBe(names.map((name) => `applied ${name}\n`).join(""));
    expect(logMessages(run.stderr)).toEqual(["database migrated"]);

    const second = await runGatehouse(["migrate", "--dry-run"], home);
    expect([second.exitCode, second.stdout]).toEqual([0, "-- up to date\n"]);
    const third = await runGatehouse(["migrate"], home);
    expect([third.exitCode, third.stdout]).toEqual([0, "up to date\n"]);
  });
});

// The bad day: replicas are kept off the database until it is migrated, and the secret that sealed is to be removed.
test("migrate seals stored secrets again", async () => {
  await using home = await createHome("postgres");
  const [old, fresh] = ["old", "fresh"].map((name) => `${name}-kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA`);
  const run = (commandLine: string[], settings: Record<string, string | undefined>) =>
    runGatehouse(commandLine, {
      ...home,
      settings: { ...home.settings, JWT_ALGORITHM: "EdDSA", ...settings },
    });
  expect((await run(["keys", "rotate"], { JWT_SECRET_KEY: old })).exitCode).toBe(0);
  const sealed = async () =>
    (await home.rows("select sealed_private_jwk from signing_keys order by id"))[0];
  const before = await sealed();
  const renewed = { JWT_SECRET_KEY: fresh, ENCRYPTION_KEY_PREVIOUS: old };
  await run(["migrate", "--dry-run"], renewed);
  expect(await sealed()).toEqual(before);
  const { exitCode, stdout, stderr } = await run(["migrate"], renewed);
  expect([exitCode, stdout, logMessages(stderr)]).toEqual([
    0,
    "up to date\n",
    ["stored secrets sealed again"],
  ]);
  expect(await sealed()).not.toEqual(before);
  expect(
    await home.rows("select id from audit_log where action = 'secrets.resealed'"),
  ).toHaveLength(1);
});

test("a dry run creates no embedded database", async () => {
  await using home = await createHome("embedded");
  const { exitCode } = await runGatehouse(["migrate", "--dry-run"], home);
  expect([exitCode, await readdir(home.cwd)]).toEqual([0, []]);
});

test("a dry run leaves an empty database empty", async () => {
  await using home = await createHome("postgres");
  await runGatehouse(["migrate", "--dry-run"], home);
  const sql = new Bun.SQL(home.settings["DATABASE_URL"] ?? "");
  const tables =
    await sql`select tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`;
  await sql.close();
  expect([...tables]).toEqual([]);
});

// An administrator of the database reads it, or applies it by hand to a copy.
test("what a dry run prints creates the schema", async () => {
  await using home = await createHome("postgres");
  await using other = await createHome("postgres");
  const { stdout } = await runGatehouse(["migrate", "--dry-run"], home);
  await runGatehouse(["migrate"], home);
  const sql = new Bun.SQL(other.settings["DATABASE_URL"] ?? "");
  await sql.unsafe(`create schema drizzle; ${stdout}`);
  const columns = `select table_name, column_name, data_type, is_nullable from information_schema.columns
    where table_schema = 'public' order by 1, 2`;
  expect([...(await sql.unsafe(columns))]).toEqual(await home.rows(columns));
  await sql.close();
});

// A later version has migrated it: going on would corrupt what that version wrote. // security 141
test("a database that is newer than the executable is refused by migrate and by serve with a message", async () => {
  await using home = await createHome("postgres");
  await runGatehouse(["migrate"], home);
  await home.rows(
    "insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 99999999999999) returning id",
  );
  await home.rows("insert into drizzle.schema_versions (version) values (99) returning version");
  for (const commandLine of [["migrate"], ["migrate", "--dry-run"], []]) {
    const { exitCode, stdout, stderr } = await runGatehouse(commandLine, {
      ...home,
      settings: { ...home.settings, PORT: "0" },
    });
    expect([commandLine, exitCode]).toEqual([commandLine, 1]);
    expect(stdout + stderr).toContain("newer than this executable");
  }
});

test("a missing database is reported in one line, without the URL's password", async () => {
  await using home = await createHome("embedded");
  const { exitCode, stderr } = await runGatehouse(["migrate"], {
    cwd: home.cwd,
    settings: {
      DATABASE_URL: "postgres://ada:canary-5e1f@127.0.0.1:1/gatehouse",
      DATABASE_TIMEOUT: "1s",
    },
  });
  expect([exitCode, stderr]).toEqual([1, "gatehouse: database not reachable\n"]);
});
