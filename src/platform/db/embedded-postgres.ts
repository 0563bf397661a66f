import { existsSync, fsyncSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";
import systemFilesPath from "@electric-sql/pglite/pglite.data" with { type: "file" };

import preparedPath from "../../../dist/assets/embedded-postgres.tar.gz" with { type: "file" };
import { lockDataDirectory } from "./data-directory-lock.ts";
import { freeBytesOf, keepReserve, releaseReserve } from "./disk-reserve.ts";
import { compileEngine } from "./embedded-engine.ts";
import { runMaintenance, startMaintenance } from "./embedded-maintenance.ts";

/** A Postgres that runs inside this process and has locked its data directory. */
export interface EmbeddedPostgres {
  /** The one connection. Statements run one after the other, on the event loop; a transaction excludes all others. */
  readonly client: PGlite;
  /** Waits for the statements in progress, shuts down and unlocks the directory. May be called again. */
  close(): Promise<void>;
}

/** How to start the embedded Postgres. */
export interface EmbeddedPostgresOptions {
  /** Created where it is missing. The database's files are in its subdirectory `postgres`. */
  readonly dataDir: string;
  /** Reads the free space of the data directory's file system. */
  readonly freeBytes?: () => number;
  /** Called when the disk was too full to start, and the reserve was deleted. */
  readonly onReserveReleased?: () => void;
  /** Called when maintenance failed; it is tried again half a minute later. Default: the error is ignored. */
  readonly onMaintenanceError?: (error: unknown) => void;
  /** Called with Postgres's last messages when it panics (disk full or failing), before the process exits with code 1. */
  readonly onPanic?: (reason: string) => void;
}

/** `__WASI_ERRNO_IO`. Postgres panics on it. */
const wasiIoError = 29;

/** PGlite's own parameters but `-F`, which turns `fsync` off: a commit would not be on the disk when it is acknowledged. */
const startParameters = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
  ...[
    "fsync=on",
    // The engine's `fdatasync` does nothing.
    "wal_sync_method=fsync",
    "shared_buffers=8MB",
    "maintenance_work_mem=8MB",
    "max_wal_size=32MB",
    // A checkpoint gives the space of the log back to the disk, instead of keeping up to `max_wal_size` of empty files.
    "wal_recycle=off",
    // Messages about a statement's error may contain what a user typed.
    "log_min_messages=fatal",
  ].flatMap((setting) => ["-c", setting]),
];

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
  try {
    const directory = join(dataDir, "postgres");
    const freeBytes = options.freeBytes ?? (() => freeBytesOf(dataDir));
    if (releaseReserve(dataDir, freeBytes())) options.onReserveReleased?.();
    const [module] = await Promise.all([compileEngine(), unpackOnce(directory)]);
    const client = await startEngine(module, directory, options.onPanic);
    const maintain = async (): Promise<void> => {
      await runMaintenance(client, freeBytes());
      await keepReserve(dataDir, freeBytes());
    };
    const stopMaintenance = startMaintenance(maintain, options.onMaintenanceError);
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

async function startEngine(
  module: WebAssembly.Module,
  directory: string,
  onPanic: EmbeddedPostgresOptions["onPanic"],
): Promise<PGlite> {
  const messages: string[] = [];
  const reason = (): string => messages.slice(-6).join(" ") || "it gave no reason";
  try {
    const client = await PGlite.create({
      fs: createSyncingFiles(directory),
      pgliteWasmModule: module,
      fsBundle: Bun.file(systemFilesPath),
      startParams: startParameters,
      onStderr(text) {
        if (/ (FATAL|PANIC|DETAIL|HINT): /.test(text)) messages.push(text.trim());
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

/** The status of the exception by which the engine leaves a failed statement. After any other one it cannot continue. */
const longJumpStatus = 100;

/** PGlite would call an engine that has failed without end, and block the event loop. The next start recovers the database. */
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
          // Postgres would not notice an exception, and would acknowledge the commit.
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

/** Emscripten's operations on an open file, which its types do not declare. */
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
