import type { MigrationMeta } from "drizzle-orm/migrator";
import type { Sql } from "postgres";

import type { Db } from "./port.ts";

/** The two members that `migrate` of each Drizzle driver uses, and that its types keep to themselves. */
interface InternalMigrator {
  readonly dialect: {
    migrate(migrations: MigrationMeta[], session: unknown, config: object): Promise<void>;
  };
  readonly session: unknown;
}

/** Drizzle's migrator for migrations that are in memory: its public one reads a folder, which an executable has not. */
export function asInternalMigrator(db: Db): InternalMigrator {
  const dialect: unknown = Reflect.get(db, "dialect");
  const session: unknown = Reflect.get(db, "session");
  if (!isMigratingDialect(dialect)) throw new Error("Drizzle's dialect has no migrate()");
  return { dialect, session };
}

function isMigratingDialect(value: unknown): value is InternalMigrator["dialect"] {
  return typeof value === "object" && value !== null && "migrate" in value;
}

/**
 * What Drizzle's driver takes for a client of `postgres`: of a whole one it uses `options`, `unsafe`, and, for transactions
 * alone, `begin`.
 */
export function asClient(value: object): Sql {
  return value as Sql;
}

/** How Drizzle makes a row of a statement's result; to be handed back to Drizzle and looked at by nobody. */
export type PreparedFields = Parameters<Db["_"]["session"]["prepareQuery"]>[1];

/** The fields of a statement that Drizzle has prepared, and keeps to itself. */
export function asPreparedFields(prepared: object): PreparedFields {
  return Reflect.get(prepared, "fields") as PreparedFields;
}
