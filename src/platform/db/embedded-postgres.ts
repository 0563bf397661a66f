import { existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";

import preparedPath from "../../../dist/assets/embedded-postgres.tar.gz" with { type: "file" };
import { lockDataDirectory } from "./data-directory-lock.ts";
import { backUp, type WriteArchive } from "./embedded-backup.ts";
import { freeBytesOf, keepReserve, releaseReserve } from "./disk-reserve.ts";
import { type EmbeddedClient, startEngineThread } from "./embedded-client.ts";
import { runMaintenance, startMaintenance } from "./embedded-maintenance.ts";

/** A Postgres that runs in a thread of this process, which has locked its data directory. */
export interface EmbeddedPostgres {
  readonly client: EmbeddedClient;
  /** Whether it runs in another process, which this one asks (`embedded-socket-client.ts`). */
  readonly isJoined: boolean;
  /** Writes a tar archive of the database while statements are executed. Throws while another one is written. */
  backUp(write: WriteArchive): Promise<void>;
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
  /** Called when commands cannot reach this process. */
  readonly onSocketError?: (error: unknown) => void;
  /** Called before each statement of a command on the data directory of this process. It rejects to refuse the statement. */
  readonly beforeCommandStatement?: (client: EmbeddedClient) => Promise<void>;
  /** Called with Postgres's last messages when it panics (disk full or failing), before the process exits with code 1. */
  readonly onPanic?: (reason: string) => void;
}

/** Starts the embedded Postgres. */
export type StartEmbeddedPostgres = (options: EmbeddedPostgresOptions) => Promise<EmbeddedPostgres>;

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
    const freeBytes = options.freeBytes ?? (() => freeBytesOf(dataDir));
    if (releaseReserve(dataDir, freeBytes())) options.onReserveReleased?.();
    await unpackOnce(directory);
    const client = await thread.start(directory);
    let isBackingUp = false;
    const maintain = async (): Promise<void> => {
      // A checkpoint would delete the log that the backup needs.
      if (isBackingUp) return;
      await runMaintenance(client, freeBytes());
      await keepReserve(dataDir, freeBytes());
    };
    const stopMaintenance = startMaintenance(maintain, options.onMaintenanceError);
    let closing: Promise<void> | null = null;
    return {
      client,
      isJoined: false,
      async backUp(write) {
        if (isBackingUp) throw new Error("another backup of this database is being made");
        isBackingUp = true;
        try {
          await backUp(client, directory, write);
        } finally {
          isBackingUp = false;
        }
      },
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
