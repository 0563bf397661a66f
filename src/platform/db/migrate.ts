import { sql } from "drizzle-orm";

import journal from "../../../drizzle/meta/_journal.json";
import { asInternalMigrator } from "./drizzle-internals.ts";
import { findDatabaseFault, isUndefinedTable } from "./errors.ts";
import type { Logger } from "../log/port.ts";
import { readMigrations } from "./migrations.macro.ts" with { type: "macro" };
import type { Db } from "./port.ts";
import {
  findSchemaVersion,
  latestVersionOf,
  type Migration,
  withVersion,
} from "./schema-version.ts";

/** Any fixed number does, as long as no other program on the same database uses it ("gate" in ASCII). */
const advisoryLockKey = 0x67617465;

/** The migrations in this executable, oldest first. */
export const ownMigrations: readonly Migration[] = readMigrations().map((migration, index) =>
  withVersion({ ...migration, name: journal.entries[index]?.tag ?? `migration ${index}` }),
);

/** A wait for the lock that is longer than this is logged. */
const noticeAfterSeconds = 3;

/** A migration waits this long for a table: statements that come after it wait too. A backup may read a table for an hour. */
const tableLockMilliseconds = 1000;

/** The SQLSTATE of a lock that was not available in time. */
const lockNotAvailable = "55P03";

/** A later version than the next one has migrated the database. */
export class DatabaseNewerError extends Error {
  constructor(found: number | null, own: number) {
    const schema = found === null ? "of an unknown version" : `of version ${found}`;
    super(
      `The database's schema is ${schema}, which is newer than this executable can use: it runs on schemas up to version ${own + 1}. Start the version of Gatehouse that has migrated the database or the one before that, or restore the backup from before the upgrade.`,
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
    await applyMigrations(db, log, migrations);
    log.info({ migrations: pending }, "database migrated");
  } finally {
    await db.execute(sql`select pg_advisory_unlock(${advisoryLockKey})`);
  }
}

/** Begins again while another transaction has a table that a migration changes: meanwhile requests are served. */
async function applyMigrations(
  db: Db,
  log: Logger,
  migrations: readonly Migration[],
): Promise<void> {
  const migrator = asInternalMigrator(db);
  await db.execute(sql.raw(`set lock_timeout = ${tableLockMilliseconds}`));
  try {
    for (;;) {
      try {
        await migrator.dialect.migrate([...migrations], migrator.session, {});
        return;
      } catch (error) {
        if (findDatabaseFault(error)?.sqlState !== lockNotAvailable) throw error;
        log.warn({}, "a table to migrate is in use by a long transaction: trying again");
      }
      await Bun.sleep(tableLockMilliseconds);
    }
  } finally {
    await db.execute(sql`reset lock_timeout`);
  }
}

/**
 * The names of the migrations not yet applied, oldest first: none on the schema of the next version, on which this one also
 * runs. Throws `DatabaseNewerError` on the schema of a later version than that.
 */
export async function readPendingMigrations(
  db: Db,
  migrations: readonly Migration[] = ownMigrations,
): Promise<readonly string[]> {
  const applied = await readAppliedTimes(db);
  const known = new Set(migrations.map((migration) => migration.folderMillis));
  if (applied.some((time) => !known.has(time))) await refuseLaterVersions(db, migrations);
  const latest = Math.max(0, ...applied);
  return migrations.filter(({ folderMillis }) => folderMillis > latest).map(({ name }) => name);
}

async function refuseLaterVersions(db: Db, migrations: readonly Migration[]): Promise<void> {
  const found = await findSchemaVersion(db);
  const own = latestVersionOf(migrations);
  if (found === null || found > own + 1) throw new DatabaseNewerError(found, own);
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
