import { sql } from "drizzle-orm";
import type { MigrationMeta } from "drizzle-orm/migrator";

import { asInternalMigrator } from "./drizzle-internals.ts";
import { isUndefinedTable } from "./errors.ts";
import type { Logger } from "../log/port.ts";
import { readMigrationNames, readMigrations } from "./migrations.macro.ts" with { type: "macro" };
import type { Db } from "./port.ts";

/** Any fixed number does, as long as no other program on the same database uses it ("gate" in ASCII). */
const advisoryLockKey = 0x67617465;

/** One migration of the schema. Migrations are applied in the order of `folderMillis`. */
export interface Migration extends MigrationMeta {
  readonly name: string;
}

const names: readonly string[] = await readMigrationNames();

/** The migrations in this executable, oldest first. */
export const ownMigrations: readonly Migration[] = readMigrations().map((migration, index) => ({
  ...migration,
  name: names[index] ?? `migration ${index}`,
}));

/** A wait for the lock that is longer than this is logged. */
const noticeAfterSeconds = 3;

/** Migrations that this executable does not contain were applied to the database. */
export class DatabaseNewerError extends Error {
  constructor() {
    super(
      "The database's schema is newer than this executable: a later version has migrated it. Start that version, or restore the backup from before the upgrade.",
    );
    this.name = "DatabaseNewerError";
  }
}

/**
 * Applies the pending migrations, all of them or none, under a session-level advisory lock: of several replicas that start at
 * the same time, one applies them and the others wait. `db` must be one connection throughout, without a statement timeout.
 * Throws `DatabaseNewerError`.
 */
export async function migrateUnderLock(
  db: Db,
  log: Logger,
  migrations: readonly Migration[] = ownMigrations,
): Promise<void> {
  const notice = setTimeout(
    () => log.info({}, "waiting for another process to migrate the database"),
    noticeAfterSeconds * 1000,
  );
  await db.execute(sql`select pg_advisory_lock(${advisoryLockKey})`);
  clearTimeout(notice);
  try {
    const pending = await readPendingMigrations(db, migrations);
    if (pending.length === 0) return;
    const migrator = asInternalMigrator(db);
    await migrator.dialect.migrate([...migrations], migrator.session, {});
    log.info({ migrations: pending }, "database migrated");
  } finally {
    await db.execute(sql`select pg_advisory_unlock(${advisoryLockKey})`);
  }
}

/** The names of the migrations not yet applied, oldest first. Throws `DatabaseNewerError`. */
export async function readPendingMigrations(
  db: Db,
  migrations: readonly Migration[] = ownMigrations,
): Promise<readonly string[]> {
  const applied = await readAppliedTimes(db);
  const known = new Set(migrations.map((migration) => migration.folderMillis));
  if (applied.some((time) => !known.has(time))) throw new DatabaseNewerError();
  const latest = Math.max(0, ...applied);
  return migrations.filter(({ folderMillis }) => folderMillis > latest).map(({ name }) => name);
}

async function readAppliedTimes(db: Db): Promise<number[]> {
  const table = sql.raw("drizzle.__drizzle_migrations");
  try {
    const rows = await db.select({ time: sql<string>`created_at` }).from(sql`${table}`);
    return rows.map((row) => Number(row.time));
  } catch (error) {
    if (isUndefinedTable(error)) return [];
    throw error;
  }
}
