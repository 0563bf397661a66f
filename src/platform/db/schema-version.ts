import { sql } from "drizzle-orm";
import type { MigrationMeta } from "drizzle-orm/migrator";

import { isUndefinedTable } from "./errors.ts";
import type { Db } from "./port.ts";

/** One migration of the schema. Migrations are applied in the order of `folderMillis`. */
export interface Migration extends MigrationMeta {
  readonly name: string;
}

const versions = sql.raw("drizzle.schema_versions");

/**
 * The version of the schema that a migration belongs to, from its line `-- schema version <number>`. All migrations of a release
 * have the same one; those without the line have version 1. An executable runs on its own version and on the next one.
 */
export function schemaVersionOf(migration: MigrationMeta): number {
  const line = /^-- schema version (\d+)$/m.exec(migration.sql[0] ?? "");
  return Number(line?.[1] ?? 1);
}

/** The version of the schema after these migrations. */
export function latestVersionOf(migrations: readonly MigrationMeta[]): number {
  return Math.max(1, ...migrations.map(schemaVersionOf));
}

/** The same migration with statements that store its version: executables that do not contain the migration read it. */
export function withVersion(migration: Migration): Migration {
  const version = schemaVersionOf(migration);
  if (version === 1) return migration;
  const statements = [
    `\nCREATE TABLE IF NOT EXISTS "drizzle"."schema_versions" ("version" integer PRIMARY KEY, "migrated_at" timestamp with time zone NOT NULL DEFAULT now());`,
    `\nINSERT INTO "drizzle"."schema_versions" ("version") VALUES (${version}) ON CONFLICT DO NOTHING;\n`,
  ];
  return { ...migration, sql: [...migration.sql, ...statements] };
}

/** The version of a database's schema; null where no migration has stored one. */
export async function findSchemaVersion(db: Db): Promise<number | null> {
  try {
    const [row] = await db.select({ latest: sql<number | null>`max(version)` }).from(versions);
    return row?.latest ?? null;
  } catch (error) {
    if (isUndefinedTable(error)) return null;
    throw error;
  }
}
