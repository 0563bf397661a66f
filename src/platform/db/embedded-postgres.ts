import { existsSync, fsyncSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";
import systemFilesPath from "@electric-sql/pglite/pglite.data" with { type: "file" };

import preparedPath from "../../../dist/assets/embedded-postgres.tar.gz" with { type: "file" };
import { lockDataDirectory } from "./data-directory-lock.ts";
import { compileEngine } from "./embedded-engine.ts";

/** A running Postgres inside this process, alone on its data directory. */
export interface EmbeddedPostgres {
  /** One connection. Statements run one after the other, on the event loop; a transaction has it to itself. */
  readonly client: PGlite;
  /** Waits for statements under way, shuts down cleanly and gives the directory back. May be called again. */
  close(): Promise<void>;
}

/** How to start it. */
export interface EmbeddedPostgresOptions {
  /** Made where it is missing; the database's files are in `postgres` in it. */
  readonly dataDir: string;
  /** Told when clearing up failed; it is tried again half a minute later. Default: nobody is told. */
  readonly onUpkeepError?: (error: unknown) => void;
  /** Told Postgres's last words when it panics (log full, disk failing), before the process ends with exit code 1. */
  readonly onPanic?: (reason: string) => void;
}

const upkeepIntervalMilliseconds = 30_000;

/** `__WASI_ERRNO_IO`, at which Postgres panics. */
const wasiIoError = 29;

/** PGlite's own parameters but `-F`, which would leave it to the system when a commit reaches the disk. */
const startParameters = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
  ...[
    "fsync=on",
    // The engine's fdatasync does nothing at all.
    "wal_sync_method=fsync",
    "shared_buffers=8MB",
    "maintenance_work_mem=8MB",
    "max_wal_size=32MB",
    // What it says of a statement's error may hold what a user typed.
    "log_min_messages=fatal",
  ].flatMap((setting) => ["-c", setting]),
];

/**
 * Starts the Postgres that is embedded in the executable on `<dataDir>/postgres`, on the first start from the
 * directory prepared at build time. An acknowledged write survives the process's and the machine's sudden end.
 * Throws `DataDirectoryInUseError`, and an error with Postgres's own words where it refuses the files.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const lock = lockDataDirectory(dataDir);
  try {
    const directory = join(dataDir, "postgres");
    const [module] = await Promise.all([compileEngine(), unpackOnce(directory)]);
    const client = await startEngine(module, directory, options.onPanic);
    const stopUpkeep = startUpkeep(client, options.onUpkeepError);
    let closing: Promise<void> | null = null;
    return {
      client,
      close() {
        closing ??= stopUpkeep()
          .then(() => client.close())
          .finally(() => lock.release());
        return closing;
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Whether the embedded Postgres was ever started on this data directory. */
export function wasEverStarted(dataDir: string): boolean {
  return isUnpacked(join(dataDir, "postgres"));
}

function isUnpacked(directory: string): boolean {
  return existsSync(join(directory, "PG_VERSION"));
}

/** Unpacks beside and renames: a start that was killed half-way leaves nothing under the directory's own name. */
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

/** Makes every file private and waits until all are on the disk, many at once. */
async function persistTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const waiting = entries.values();
  const work = async (): Promise<void> => {
    for (const entry of waiting) {
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

async function startEngine(
  module: WebAssembly.Module,
  directory: string,
  onPanic: EmbeddedPostgresOptions["onPanic"],
): Promise<PGlite> {
  const lastWords: string[] = [];
  const reason = (): string => lastWords.slice(-6).join(" ") || "it gave no reason";
  try {
    const client = await PGlite.create({
      fs: createSyncingFiles(directory),
      pgliteWasmModule: module,
      fsBundle: Bun.file(systemFilesPath),
      startParams: startParameters,
      onStderr(text) {
        if (/ (FATAL|PANIC|DETAIL|HINT): /.test(text)) lastWords.push(text.trim());
        return false;
      },
    });
    endProcessOnPanic(client, () => onPanic?.(reason()));
    return client;
  } catch (error) {
    throw new Error(`The embedded Postgres cannot start on ${directory}: ${reason()}`, {
      cause: error,
    });
  }
}

/** How the engine leaves a statement that failed; every other exception is its death. */
const longJumpStatus = 100;

/** PGlite goes on calling a dead engine, for ever and on the event loop. The next start recovers, as Postgres's does. */
function endProcessOnPanic(client: PGlite, report: () => void): void {
  const engine = client.Module;
  const step = engine._PostgresMainLoopOnce;
  engine._PostgresMainLoopOnce = () => {
    try {
      step();
    } catch (error) {
      const isLongJump =
        typeof error === "object" &&
        error !== null &&
        Reflect.get(error, "status") === longJumpStatus;
      if (!isLongJump) {
        report();
        process.exit(1);
      }
      throw error;
    }
  };
}

/** PGlite's files on the disk, with the `fsync` that its file system lacks (electric-sql/pglite #1107). */
function createSyncingFiles(directory: string): NodeFS {
  const files = new NodeFS(directory);
  const initialize = files.init.bind(files);
  files.init = async (client, options) => {
    const { emscriptenOpts } = await initialize(client, options);
    const addSync = (module: object): void => {
      streamOperations(module).fsync = ({ nfd }) => {
        try {
          fsyncSync(nfd);
          return 0;
        } catch {
          // Thrown, it would pass through Postgres unheard, and the commit would be acknowledged.
          return wasiIoError;
        }
      };
    };
    return {
      emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), addSync] },
    };
  };
  return files;
}

/** Emscripten's operations on an open file, of which its types know nothing. */
interface StreamOperations {
  fsync?: (stream: { readonly nfd: number }) => number;
}

function streamOperations(module: object): StreamOperations {
  const nodeFiles: unknown = Reflect.get(module, "NODEFS");
  if (typeof nodeFiles === "object" && nodeFiles !== null && "stream_ops" in nodeFiles) {
    const operations: unknown = nodeFiles.stream_ops;
    if (typeof operations === "object" && operations !== null) return operations;
  }
  throw new Error("PGlite's file system is not the one that this version was written for");
}

/** One Postgres process has no checkpointer and no autovacuum beside it: without this its log grows for ever. */
function startUpkeep(
  client: PGlite,
  onError: EmbeddedPostgresOptions["onUpkeepError"],
): () => Promise<void> {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(() => clearUp(client)).catch((error: unknown) => onError?.(error));
  }, upkeepIntervalMilliseconds);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

const logIsLong = `select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn) > 8 * 1024 * 1024 as due
  from pg_control_checkpoint()`;

/** Autovacuum's own thresholds, and the worst table first. */
const tableToVacuum = `select format('%I.%I', s.schemaname, s.relname) as name
  from pg_stat_user_tables s join pg_class c on c.oid = s.relid
  where s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0)
     or s.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)
  order by s.n_dead_tup desc, s.n_mod_since_analyze desc limit 1`;

/** One round of upkeep: at most one table, so that the pause stays short, and a checkpoint when the log is long. */
export async function clearUp(client: PGlite): Promise<void> {
  const [table] = (await client.query<{ name: string }>(tableToVacuum)).rows;
  if (table) await client.exec(`vacuum (analyze) ${table.name}`);
  const [log] = (await client.query<{ due: boolean }>(logIsLong)).rows;
  if (log?.due === true) await client.exec("checkpoint");
}
