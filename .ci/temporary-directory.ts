import { chmod, mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const inMemory = "/dev/shm";
/** Many times what the tests use at any one time. */
const neededBytes = 4 * 1024 ** 3;

/**
 * A directory for all files of the tests, removed with its content at the end. It is in memory if there is enough: on a disk
 * a fifth of the time of all tests is spent creating and removing the files of hundreds of databases.
 */
export async function makeTemporaryDirectory(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join((await hasRoom()) ? inMemory : tmpdir(), "gatehouse-tests-"));
  // Postgres runs as another user, who must be able to enter the directory.
  await chmod(path, 0o711);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function hasRoom(): Promise<boolean> {
  const found = await statfs(inMemory).catch(() => null);
  return found !== null && found.bavail * found.bsize >= neededBytes;
}
