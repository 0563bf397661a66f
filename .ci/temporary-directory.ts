import { chmod, mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const inMemory = "/dev/shm";
/** Many times what the tests hold at any moment. */
const neededBytes = 4 * 1024 ** 3;

/**
 * A directory for all that the tests write, removed with all that is left in it: in memory where there is plenty, for the files
 * of hundreds of databases that come and go take a disk's file system a fifth of the whole time.
 */
export async function makeTemporaryDirectory(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join((await hasRoom()) ? inMemory : tmpdir(), "gatehouse-tests-"));
  // Postgres runs as somebody else, who must get through.
  await chmod(path, 0o711);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function hasRoom(): Promise<boolean> {
  const found = await statfs(inMemory).catch(() => null);
  return found !== null && found.bavail * found.bsize >= neededBytes;
}
