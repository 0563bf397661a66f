import { is, type Query, SQL, StringChunk } from "drizzle-orm";
import type { MigrationMeta } from "drizzle-orm/migrator";
import { PgDeleteBase, PgInsertBase, PgTable, PgUpdateBase } from "drizzle-orm/pg-core";
import type { TypedQueryBuilder } from "drizzle-orm/query-builders/query-builder";
import type { Sql } from "postgres";

import type { Db } from "./port.ts";

/** The two members that `migrate` of each Drizzle driver uses, and that Drizzle's types do not declare. */
interface InternalMigrator {
  readonly dialect: {
    migrate(migrations: MigrationMeta[], session: unknown, config: object): Promise<void>;
  };
  readonly session: unknown;
}

/** Drizzle's migrator for migrations in memory: its public function reads a folder, and the executable has none. */
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
 * An object in the place of a client of `postgres`. Drizzle's driver uses a client's `options` and `unsafe`, and `begin` for
 * transactions alone.
 */
export function asClient(value: object): Sql {
  return value as Sql;
}

/** How Drizzle maps a statement's result to rows. */
export type PreparedFields = Parameters<Db["_"]["session"]["prepareQuery"]>[1];

/** The fields of a statement that Drizzle has prepared: a member that its types do not declare. */
export function asPreparedFields(prepared: object): PreparedFields {
  return Reflect.get(prepared, "fields") as PreparedFields;
}

/** A statement of Drizzle's that returns rows: a `SELECT`, or a write with `RETURNING`. */
export type ReturningQuery<Selection extends Record<string, unknown>, Row> = TypedQueryBuilder<
  Selection,
  Row[]
>;

/** A query whose rows are of this type, which Drizzle's types lose in a generic function. */
export interface RowQuery<Row> extends PromiseLike<Row[]> {
  prepare(name: string): { getQuery(): Query; execute(): Promise<Row[]> };
}

/** The same query with the type of its rows. */
export function asRowQuery<Row>(query: object): RowQuery<Row> {
  return query as RowQuery<Row>;
}

/** The table that a statement of Drizzle's writes, and how; null for a `SELECT`. */
export function findWrite(query: object): { table: PgTable; kind: "insert" | "change" } | null {
  const isInsert = is(query, PgInsertBase);
  if (!isInsert && !is(query, PgUpdateBase) && !is(query, PgDeleteBase)) return null;
  const config: unknown = Reflect.get(query, "config");
  if (!isWriteConfig(config)) throw new Error("Drizzle's statement has no table");
  return { table: config.table, kind: isInsert && !isUpsert(config) ? "insert" : "change" };
}

function isWriteConfig(config: unknown): config is { table: PgTable; onConflict?: unknown } {
  return (
    typeof config === "object" && config !== null && "table" in config && is(config.table, PgTable)
  );
}

function isUpsert({ onConflict }: { onConflict?: unknown }): boolean {
  return (
    is(onConflict, SQL) &&
    onConflict.queryChunks.some(
      (chunk) => is(chunk, StringChunk) && chunk.value.join("").includes(" do update set "),
    )
  );
}
