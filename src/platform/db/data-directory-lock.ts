import { Database, SQLiteError } from "bun:sqlite";
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

import { errorCode } from "../config/read-given.ts";

/** The data directory is locked: by another process, or by another part of this one. */
export class DataDirectoryInUseError extends Error {
  constructor(dataDir: string, lockOwner: string) {
    super(
      `The data directory ${dataDir} is in use by ${lockOwner}. Stop that process first, or give this one a directory of its own (DATA_DIR).`,
    );
    this.name = "DataDirectoryInUseError";
  }
}

/** The data directory cannot be created or written to. */
export class UnwritableDataDirectoryError extends Error {
  constructor(dataDir: string, cause: unknown) {
    super(
      `The data directory ${dataDir} cannot be written to (${errorCode(cause)}). Make it writable, or name another one (DATA_DIR).`,
    );
    this.name = "UnwritableDataDirectoryError";
  }
}

/** The lock on a data directory, which this process has. */
export interface DataDirectoryLock {
  /** Unlocks the directory. Another call does nothing. */
  release(): void;
}

/** Of two processes that start at the same time, each can fail because of the other's attempt. SQLite retries for this long. */
const busyTimeoutMilliseconds = 500;

// The garbage collector closes a connection that nothing refers to, and the lock ends with it.
const lockedConnections = new Set<Database>();

/**
 * Locks the directory for this process alone, and creates it (mode 0700) where it is missing. The lock is an exclusive
 * transaction on `lock.sqlite` in the directory, which takes a file lock of the operating system: it ends with the process,
 * however that ends, and excludes processes in other containers, which a process id could not identify.
 * Throws `DataDirectoryInUseError`, `UnwritableDataDirectoryError`.
 */
export function lockDataDirectory(dataDir: string): DataDirectoryLock {
  createDirectory(dataDir);
  // Nothing else in this process may open this file: closing any descriptor of a file ends the process's locks on it.
  const lockPath = join(dataDir, "lock.sqlite");
  const ownerPath = join(dataDir, "lock-owner.txt");
  const connection = openLockFile(dataDir, lockPath);
  try {
    connection.run(`PRAGMA busy_timeout = ${busyTimeoutMilliseconds}`);
    // The transaction writes nothing. A journal on the disk would be one more file in the directory.
    connection.run("PRAGMA journal_mode = MEMORY");
    connection.run("BEGIN EXCLUSIVE");
    chmodSync(lockPath, 0o600);
    rmSync(ownerPath, { force: true });
    noteOwner(ownerPath);
  } catch (error) {
    connection.close();
    throw isBusy(error) ? new DataDirectoryInUseError(dataDir, describeOwner(ownerPath)) : error;
  }
  lockedConnections.add(connection);
  return {
    release() {
      if (!lockedConnections.delete(connection)) return;
      rmSync(ownerPath, { force: true });
      connection.close();
    },
  };
}

/** Also where it exists: SQLite's own error for a directory that cannot be written to does not say why. */
function createDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK);
  } catch (error) {
    throw new UnwritableDataDirectoryError(dataDir, error);
  }
}

function openLockFile(dataDir: string, lockPath: string): Database {
  try {
    return new Database(lockPath, { create: true, readwrite: true });
  } catch (error) {
    throw new UnwritableDataDirectoryError(dataDir, error);
  }
}

/** On a full disk the directory is locked without it. */
function noteOwner(ownerPath: string): void {
  try {
    writeFileSync(ownerPath, `process ${process.pid} on ${hostname()}`, { mode: 0o600 });
  } catch (error) {
    if (errorCode(error) !== "ENOSPC") throw error;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof SQLiteError && error.code === "SQLITE_BUSY";
}

/** The process that has the lock, as it wrote into the file, and the time at which it wrote. */
function describeOwner(ownerPath: string): string {
  try {
    const since = statSync(ownerPath).mtime.toISOString();
    return `${readFileSync(ownerPath, "utf8")} (since ${since})`;
  } catch {
    return "another process";
  }
}
