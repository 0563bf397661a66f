import { Database, SQLiteError } from "bun:sqlite";
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** Another process, or another part of this one, works in the data directory. */
export class DataDirectoryInUseError extends Error {
  constructor(dataDir: string, holder: string) {
    super(
      `The data directory ${dataDir} is in use by ${holder}. Stop that process first, or give this one a directory of its own (DATA_DIR).`,
    );
    this.name = "DataDirectoryInUseError";
  }
}

/** The right to work in a data directory. */
export interface DataDirectoryLock {
  /** Gives the directory back. Calling it again does nothing. */
  release(): void;
}

/** Two processes that start at the same moment can each see the other's attempt: one of them then tries again. */
const waitMilliseconds = 500;

// A connection that nothing refers to is collected, and its lock with it.
const held = new Set<Database>();

/**
 * Takes the directory, made (mode 0700) where it is missing, for this process alone. The lock is an
 * exclusive transaction on `lock.sqlite` in it, and so a lock of the kernel: it ends with the process,
 * however that ends, and holds between containers, where process ids say nothing.
 * Throws `DataDirectoryInUseError`, and a plain error where the directory cannot be written to.
 */
export function lockDataDirectory(dataDir: string): DataDirectoryLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // Nothing else may open this file: closing any descriptor of it in this process would end the lock.
  const lockPath = join(dataDir, "lock.sqlite");
  const holderPath = join(dataDir, "lock-holder.txt");
  const connection = openLockFile(dataDir, lockPath);
  try {
    connection.run(`PRAGMA busy_timeout = ${waitMilliseconds}`);
    // Nothing is ever written, and a journal on the disk would be one more file to leave behind.
    connection.run("PRAGMA journal_mode = MEMORY");
    connection.run("BEGIN EXCLUSIVE");
    chmodSync(lockPath, 0o600);
    rmSync(holderPath, { force: true });
    writeFileSync(holderPath, `process ${process.pid} on ${hostname()}`, { mode: 0o600 });
  } catch (error) {
    connection.close();
    throw isBusy(error) ? new DataDirectoryInUseError(dataDir, describeHolder(holderPath)) : error;
  }
  held.add(connection);
  return {
    release() {
      if (!held.delete(connection)) return;
      rmSync(holderPath, { force: true });
      connection.close();
    },
  };
}

function openLockFile(dataDir: string, lockPath: string): Database {
  try {
    return new Database(lockPath, { create: true, readwrite: true });
  } catch (error) {
    throw new Error(`The data directory ${dataDir} cannot be written to.`, { cause: error });
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof SQLiteError && error.code === "SQLITE_BUSY";
}

/** Who holds the directory, as the holder wrote it down; the file's own time says since when. */
function describeHolder(holderPath: string): string {
  try {
    const since = statSync(holderPath).mtime.toISOString();
    return `${readFileSync(holderPath, "utf8")} (since ${since})`;
  } catch {
    return "another process";
  }
}
