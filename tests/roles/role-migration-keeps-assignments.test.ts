import { drizzle } from "drizzle-orm/postgres-js";
import { expect, test } from "bun:test";
import postgres from "postgres";

import { migrateUnderLock, ownMigrations } from "../../src/platform/db/migrate.ts";
import { createEmptyPostgresDatabase } from "../support/databases.ts";
import { quietLog } from "../support/quiet-log.ts";

// The bad day: an installation of before there was a list of roles, where operators gave roles of any name.
test("users keep their roles when the role table is introduced", async () => {
  const { url, drop } = await createEmptyPostgresDatabase();
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    const before = ownMigrations.findIndex(({ name }) => name === "0005_roles_audit_posts");
    const db = drizzle(client);
    await migrateUnderLock(db, quietLog, ownMigrations.slice(0, before));
    const id = Bun.randomUUIDv7();
    await client`insert into users (id, email, created_at, updated_at) values (${id}, 'ada@example.com', now(), now())`;
    await client`insert into user_roles values (${id}, 'admin', now()), (${id}, 'An Editor', now())`;

    await migrateUnderLock(db, quietLog);
    const held = await client`select role from user_roles order by role collate "C"`;
    expect(held.map(({ role }) => String(role))).toEqual(["An Editor", "admin"]);
    const roles = await client`select name from roles order by name collate "C"`;
    expect(roles.map(({ name }) => String(name))).toEqual(["An Editor", "admin", "user"]);
  } finally {
    await client.end();
    await drop();
  }
});
