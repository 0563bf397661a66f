import { expect, test } from "bun:test";

import { sql } from "drizzle-orm";
import postgres from "postgres";

import { findDatabaseFault } from "../../src/platform/db/errors.ts";
import { createTestDatabase } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { failureOf } from "../support/failure-of.ts";
import { logIn, signUp } from "../support/journey.ts";
import { startUnready } from "../support/test-app.ts";

/** The statements of docs/audit.md, for a database and a role with names of the test's own. */
async function documentedGrants(role: string): Promise<string> {
  const page = await Bun.file("docs/audit.md").text();
  const [, statements = ""] = /```sql\n(-- as the owner[^]*?)```/.exec(page) ?? [];
  expect(statements).toContain("gatehouse_server");
  return statements.replaceAll("gatehouse_server", role);
}

// The bad day: an attacker who can send SQL as the service still cannot remove the triggers.
// security 122
test("with the documented grants the service works, and cannot change the audit log", async () => {
  const database = await createTestDatabase("postgres");
  const url = new URL(database.settings["DATABASE_URL"] ?? "");
  const role = url.pathname.slice(1).replace("test", "server");
  const owner = postgres(url.href, { max: 1 });
  await owner.unsafe(await documentedGrants(role));
  await owner.unsafe(`alter role ${role} password 'for-this-test'`);
  url.username = role;
  url.password = "for-this-test";

  {
    await using app = await startUnready({
      settings: { ...database.settings, DATABASE_URL: url.href },
    });
    await app.server.ready;
    const user = await signUp(app);
    expect((await logIn(app, user)).status).toBe(200);
    await eventually(
      () => app.rows("select id from audit_log where sequence is null"),
      (rows) => rows.length === 0,
    );
    for (const [statement, state] of [
      ["update audit_log set result = 'x'", "42501"],
      ["truncate audit_log", "42501"],
      ["alter table audit_log disable trigger user", "42501"],
      ["drop table audit_log", "42501"],
      ["delete from audit_log", "GH002"],
      ["update audit_log set sequence = null", "GH002"],
    ] as const) {
      const fault = findDatabaseFault(await failureOf(app.platform.db.execute(sql.raw(statement))));
      expect([statement, fault?.sqlState]).toEqual([statement, state]);
    }
  }
  await owner.unsafe(`drop owned by ${role}`);
  await owner.unsafe(`drop role ${role}`);
  await owner.end();
  await database.remove();
});
