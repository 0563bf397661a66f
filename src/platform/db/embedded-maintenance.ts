import type { EmbeddedClient } from "./embedded-client.ts";

import { mebibyte, writeReserveBytes } from "./disk-reserve.ts";
import type { EmbeddedPostgresOptions } from "./embedded-postgres.ts";

const maintenanceIntervalMilliseconds = 30_000;

/** A single Postgres process has no checkpointer and no autovacuum. Without this its log would grow without limit. */
export function startMaintenance(
  maintain: () => Promise<void>,
  onError: EmbeddedPostgresOptions["onMaintenanceError"],
): () => Promise<void> {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(maintain).catch((error: unknown) => onError?.(error));
  }, maintenanceIntervalMilliseconds);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

const longLog = `select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn) > 8 * 1024 * 1024 as due
  from pg_control_checkpoint()`;

/** By autovacuum's own thresholds; the table with the most dead rows first. */
const tableToVacuum = `select format('%I.%I', s.schemaname, s.relname) as name,
    pg_total_relation_size(c.oid)::float8 as bytes
  from pg_stat_user_tables s join pg_class c on c.oid = s.relid
  where s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0)
     or s.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)
  order by s.n_dead_tup desc, s.n_mod_since_analyze desc limit 1`;

/**
 * One round of maintenance: vacuums at most one table, since it blocks statements, and makes a checkpoint when the log is long. A
 * vacuum may write as much into the log as the table has, and is left out if the disk has no space for that.
 */
export async function runMaintenance(client: EmbeddedClient, freeBytes: number): Promise<void> {
  const [table] = (await client.query<{ name: string; bytes: number }>(tableToVacuum)).rows;
  const hasSpace = table && freeBytes > table.bytes + writeReserveBytes;
  if (hasSpace) await client.execute(`vacuum (analyze) ${table.name}`);
  const [log] = (await client.query<{ due: boolean }>(longLog)).rows;
  if (log?.due === true) await client.execute("checkpoint");
}

const spaceOfRows = (table: string): string =>
  `select coalesce(sum(pg_column_size(one.*) + 256), 0)::float8 as bytes from ${table} as one`;

/** Gives the space of a table's deleted rows back to the disk, if there is space for a copy of the others and its log. */
export async function compactTable(
  client: EmbeddedClient,
  table: string,
  freeBytes: () => number,
): Promise<boolean> {
  await client.execute("checkpoint");
  const [rows] = (await client.query<{ bytes: number }>(spaceOfRows(table))).rows;
  if (!rows || freeBytes() < 2 * rows.bytes + mebibyte) return false;
  await client.execute(`vacuum full ${table}`);
  await client.execute("checkpoint");
  return true;
}
