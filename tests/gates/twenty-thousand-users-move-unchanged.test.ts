import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import type { DatabaseKind } from "../support/databases.ts";
import { createMigratedHome, type Home } from "../support/executable-home.ts";
import { runGatehouse } from "../support/executable.ts";
import { fileOf } from "../support/import-users.ts";
import { manyKindsOfUsers } from "../support/many-kinds-of-users.ts";

setDefaultTimeout(300_000);

const users = 20_000;

async function createHomeWithRoles(kind: DatabaseKind): Promise<Home> {
  const home = await createMigratedHome(kind);
  await home.rows(
    "insert into roles (name, created_at, updated_at) values ('editor', now(), now()), ('Äther', now(), now())",
  );
  return home;
}

/** Imports the file in the home, and exports all users of it. */
async function move(home: Home, path: string): Promise<string> {
  const imported = await runGatehouse(["users", "import", path], home);
  expect([imported.exitCode, imported.stdout]).toEqual([
    0,
    `imported ${users}, already there 0, refused 0\n`,
  ]);
  const exported = await runGatehouse(["users", "export"], home);
  expect(exported.exitCode).toBe(0);
  return exported.stdout;
}

// From each database to the other one: the files are those of neither.
test.each([
  ["postgres", "embedded"],
  ["embedded", "postgres"],
] as const)(
  "20,000 users who are exported from %s and imported into an empty installation on %s are exported as the same bytes",
  async (from, to) => {
    await using source = await createHomeWithRoles(from);
    await using target = await createHomeWithRoles(to);
    const path = join(source.cwd, "users.ndjson");
    await Bun.write(path, fileOf(manyKindsOfUsers(users)));
    const exported = await move(source, path);
    await Bun.write(path, exported);
    expect(await move(target, path)).toBe(exported);
  },
);
