import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

import type { ChangeFeed } from "./change-feed.ts";
import type { StatementLoad, WaitBudget } from "./statement-gate.ts";

/**
 * Drizzle on a Postgres of either kind. Every statement passes the gate (`statement-gate.ts`). It has no
 * `transaction`: a change and its effects are one statement (`commit.ts`).
 */
export type Db = Pick<
  PgDatabase<PgQueryResultHKT>,
  "$with" | "_" | "delete" | "execute" | "insert" | "select" | "update" | "with"
>;

/** A Postgres, on a server or embedded; both speak the same SQL. */
export interface Database {
  readonly kind: "postgres" | "embedded";
  readonly db: Db;
  /** How many statements it executes at a time. */
  readonly statementConcurrency: number;
  /** Notifications of changes, of this replica and of others. Started separately, once the schema is up to date. */
  readonly changes: ChangeFeed;
  /** `db` for one request: all its statements together take no longer than the budget, by default `DATABASE_TIMEOUT`. */
  forRequest(budget?: WaitBudget): Db;
  /** Connects (or locks the data directory) and brings the schema up to date. May be called again after it failed. */
  open(): Promise<void>;
  /** The migrations that `open` would apply, oldest first, by name. Applies nothing. */
  pendingMigrations(): Promise<readonly string[]>;
  /** The statements that run and wait now. */
  statementLoad(): StatementLoad;
  /** Resolves when the database responds within `timeoutSeconds`; rejects otherwise. */
  ping(timeoutSeconds: number): Promise<void>;
  /** Whether writes are refused because the disk is nearly full. Known of the embedded database only. */
  refusesWrites(): boolean;
  /** Null for a Postgres server, which has tools for that. */
  readonly backups: Backups | null;
  /** Frees the space of the write-ahead log. A Postgres server does that by itself. */
  checkpoint(): Promise<void>;
  /**
   * Gives the space of a table's deleted rows back to the disk. False if there is too little space for that, or a server uses the
   * embedded database meanwhile; null for a Postgres server, which reuses the space by itself.
   */
  compact(table: string): Promise<boolean | null>;
  close(): Promise<void>;
}

/** Writes all rows of the embedded database, which need not be open. */
export interface Backups {
  /** Writes a tar archive of its files while statements are executed. */
  writeArchive(write: (bytes: Uint8Array) => Promise<void>): Promise<void>;
  /** Writes an SQL script for a Postgres server. No other statement is executed meanwhile, and no server may run. */
  writeScript(write: (text: string) => Promise<void>): Promise<void>;
}
