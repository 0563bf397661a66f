import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { eventually } from "./eventually.ts";
import type { Found } from "./installed-program.ts";

/** The longest time for a download, and for the wait until another process has finished one. */
const downloadSeconds = 600;

/**
 * A folder outside the repository that `download` has filled on this machine, now or earlier. `download` gives null, or why it
 * cannot. Several processes may call this at the same time.
 */
export async function downloadOnce(
  name: string,
  download: (folder: string) => Promise<string | null>,
): Promise<Found> {
  const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "gatehouse-tests");
  const folder = join(cache, name);
  if (await exists(folder)) return { path: folder };
  await mkdir(cache, { recursive: true });
  const missing = await alone(`${folder}.lock`, async () =>
    (await exists(folder)) ? null : await fill(folder, download),
  );
  return missing === null ? { path: folder } : { missing };
}

/** Filled elsewhere and renamed: a folder that is there is complete. */
async function fill(
  folder: string,
  download: (folder: string) => Promise<string | null>,
): Promise<string | null> {
  const draft = `${folder}.${process.pid}`;
  try {
    await mkdir(draft, { recursive: true });
    const missing = await download(draft);
    if (missing === null) await rename(draft, folder);
    return missing;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Runs a task while no other process does. A lock of a process that has ended is void. */
async function alone<T>(lock: string, task: () => Promise<T>): Promise<T> {
  await eventually(
    () => acquire(lock),
    (isAcquired) => isAcquired,
    downloadSeconds,
  );
  try {
    return await task();
  } finally {
    await rm(lock, { force: true });
  }
}

async function acquire(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, "wx");
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch {
    const owner = Number(await readFile(lock, "utf8").catch(() => ""));
    // Empty until its owner has written.
    if (owner > 0 && !isAlive(owner)) await rm(lock, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
