import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

import type { ChangeFeed } from "./change-feed.ts";
import type { WaitBudget } from "./statement-gate.ts";

/**
 * Drizzle over whichever Postgres is behind it. Every statement passes the gate (`statement-gate.ts`). It has no
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
  /** News of changes, of this replica and of others; started by itself, once the schema is up to date. */
  readonly changes: ChangeFeed;
  /** The same for one request: all its statements together wait for no longer than its budget, `DATABASE_TIMEOUT` in all. */
  forRequest(budget?: WaitBudget): Db;
  /** Connects (or takes the data directory) and brings the schema up to date. May be called again after it failed. */
  open(): Promise<void>;
  /** The migrations that `open` would apply, oldest first, by name. Applies nothing. */
  pendingMigrations(): Promise<readonly string[]>;
  /** Resolves when the database answered within `timeoutSeconds`; rejects otherwise. */
  ping(timeoutSeconds: number): Promise<void>;
  close(): Promise<void>;
}
