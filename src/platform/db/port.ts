import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

import type { ChangeFeed } from "./change-feed.ts";
import type { WaitBudget } from "./statement-gate.ts";

/**
 * Drizzle over whichever Postgres is behind it. Every statement passes the gate (`statement-gate.ts`). It has no
 * `transaction`: a change and its effects are one statement (`write.ts`).
 */
export interface Db extends Pick<
  PgDatabase<PgQueryResultHKT>,
  "$with" | "_" | "delete" | "execute" | "insert" | "select" | "update" | "with"
> {
  /** What is left of its request's time; that of a worker or a command has none. */
  readonly waitBudget?: WaitBudget;
}

/** A Postgres, on a server or embedded; both speak the same SQL. */
export interface Database {
  readonly kind: "postgres" | "embedded";
  readonly db: Db;
  /** News of changes, of this replica and of others; started by itself, once the schema is up to date. */
  readonly changes: ChangeFeed;
  /** The same for one request: all its statements together wait for at most `DATABASE_TIMEOUT`. */
  forRequest(): Db;
  /** Connects (or takes the data directory) and brings the schema up to date. May be called again after it failed. */
  open(): Promise<void>;
  /** The migrations that `open` would apply, oldest first, by name. Applies nothing. */
  pendingMigrations(): Promise<readonly string[]>;
  /** Resolves when the database answered within `timeoutSeconds`; rejects otherwise. */
  ping(timeoutSeconds: number): Promise<void>;
  close(): Promise<void>;
}
