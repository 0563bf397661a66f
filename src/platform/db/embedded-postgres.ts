import { existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";

import preparedPath from "../../../dist/assets/embedded-postgres.tar.gz" with { type: "file" };
import { lockDataDirectory } from "./data-directory-lock.ts";
import { type EmbeddedClient, startEngineThread } from "./embedded-client.ts";

/** A Postgres that runs in a thread of this process, which has locked its data directory. */
export interface EmbeddedPostgres {
  readonly client: EmbeddedClient;
  /** Waits for the statements in progress, shuts down and unlocks the directory. May be called again. */
  close(): Promise<void>;
}

/** How to start the embedded Postgres. */
export interface EmbeddedPostgresOptions {
  /** Created where it is missing. The database's files are in its subdirectory `postgres`. */
  readonly dataDir: string;
  /** Called when maintenance failed; it is tried again half a minute later. Default: the error is ignored. */
  readonly onMaintenanceError?: (error: unknown) => void;
  /** Called with Postgres's last messages when it panics (disk full or failing), before the process exits with code 1. */
  readonly onPanic?: (reason: string) => void;
}

const maintenanceIntervalMilliseconds = 30_000;

/**
 * Starts the Postgres that is embedded in the executable on `<dataDir>/postgres`. The first start unpacks the directory that
 * was prepared at build time. An acknowledged write survives a sudden end of the process or the machine.
 * Throws `DataDirectoryInUseError`, and an error with Postgres's own message where it cannot start on the files.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const lock = lockDataDirectory(dataDir);
  const thread = startEngineThread((reason) => {
    options.onPanic?.(reason);
    // Nothing is left that could execute a statement. The next start recovers the database.
    process.exit(1);
  });
  try {
    const directory = join(dataDir, "postgres");
    await unpackOnce(directory);
    const client = await thread.start(directory);
    const stopMaintenance = startMaintenance(client, options.onMaintenanceError);
    let closing: Promise<void> | null = null;
    return {
      client,
      close() {
        closing ??= stopMaintenance()
          .then(() => client.close())
          .finally(() => lock.release());
        return closing;
      },
    };
  } catch (error) {
    thread.end();
    lock.release();
    throw error;
  }
}

/** Whether an embedded Postgres was started on this data directory before. */
export function wasEverStarted(dataDir: string): boolean {
  return isUnpacked(join(dataDir, "postgres"));
}

function isUnpacked(directory: string): boolean {
  return existsSync(join(directory, "PG_VERSION"));
}

/** Unpacks into a directory beside and renames that: a start that is killed leaves no incomplete directory of this name. */
async function unpackOnce(directory: string): Promise<void> {
  if (isUnpacked(directory)) return;
  const draft = `${directory}.unpacking`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await new Bun.Archive(await Bun.file(preparedPath).bytes()).extract(draft);
  await persistTree(draft);
  await rename(draft, directory);
  await persist(join(directory, ".."));
}

/** Makes every file private and writes all of them through to the disk, 16 at a time. */
async function persistTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const remaining = entries.values();
  const work = async (): Promise<void> => {
    for (const entry of remaining) {
      await persist(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
  await persist(directory);
}

async function persist(path: string, mode?: number): Promise<void> {
  const handle = await open(path, "r");
  try {
    if (mode !== undefined) await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A single Postgres process has no checkpointer and no autovacuum. Without this its log would grow without limit. */
function startMaintenance(
  client: EmbeddedClient,
  onError: EmbeddedPostgresOptions["onMaintenanceError"],
): () => Promise<void> {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running
      .then(() => runMaintenance(client))
      .catch((error: unknown) => onError?.(error));
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
const tableToVacuum = `select format('%I.%I', s.schemaname, s.relname) as name
  from pg_stat_user_tables s join pg_class c on c.oid = s.relid
  where s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0)
     or s.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)
  order by s.n_dead_tup desc, s.n_mod_since_analyze desc limit 1`;

/** One round of maintenance: vacuums at most one table, since it blocks statements, and makes a checkpoint when the log is long. */
export async function runMaintenance(client: EmbeddedClient): Promise<void> {
  const [table] = (await client.query<{ name: string }>(tableToVacuum)).rows;
  if (table) await client.execute(`vacuum (analyze) ${table.name}`);
  const [log] = (await client.query<{ due: boolean }>(longLog)).rows;
  if (log?.due === true) await client.execute("checkpoint");
}
