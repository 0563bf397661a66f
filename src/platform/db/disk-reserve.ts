import { existsSync, rmSync, statfsSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";

import { systemRandom } from "../../kernel/random.ts";

/** In bytes. */
export const mebibyte = 1024 * 1024;

/** Below this much free space writes are refused: Postgres panics when it cannot extend its log. */
export const writeReserveBytes = 8 * mebibyte;

/** A file of this size is deleted when the disk is too full for the database to recover. */
const reserveFileBytes = 4 * mebibyte;

/** The most random bytes that are given at a time. */
const chunkBytes = 65_536;

/** The free space for this process on the file system of a directory, in bytes. */
export function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** Deletes the reserve of the data directory if there is less free space than it takes. Gives whether it was deleted. */
export function releaseReserve(dataDir: string, freeBytes: number): boolean {
  const path = reservePath(dataDir);
  if (freeBytes >= reserveFileBytes || !existsSync(path)) return false;
  rmSync(path, { force: true });
  return true;
}

/** Creates the reserve if it is missing and there is space for it. Random bytes: a file system cannot compress them. */
export async function keepReserve(dataDir: string, freeBytes: number): Promise<void> {
  const path = reservePath(dataDir);
  if (existsSync(path) || freeBytes < writeReserveBytes + 2 * reserveFileBytes) return;
  const draft = `${path}.new`;
  const file = await open(draft, "w", 0o600);
  try {
    for (let written = 0; written < reserveFileBytes; written += chunkBytes) {
      await file.write(systemRandom.bytes(chunkBytes));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

function reservePath(dataDir: string): string {
  return join(dataDir, "disk-reserve");
}
