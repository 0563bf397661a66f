import { open, readdir } from "node:fs/promises";
import { join, relative } from "node:path";

import { errorCode } from "../config/read-given.ts";
import type { EmbeddedClient } from "./embedded-client.ts";
import { createTar, type TarWriter } from "./tar.ts";

/** Receives the parts of an archive in order, and resolves when it can take the next one. */
export type WriteArchive = (bytes: Uint8Array) => Promise<void>;

const chunkBytes = 256 * 1024;
const logDirectory = "pg_wal";
const logDeleted = "the log of the backup was deleted by a checkpoint: back up again";

/** The log is added after the other files. The process id is that of the running server. */
const leftOut = /^(pg_wal\/[^/]+|postmaster\.(pid|opts))$/;
const startSegment = /^START WAL LOCATION: .* \(file ([0-9A-F]{24})\)$/m;

/**
 * Writes a tar archive of the database's files, in a directory `postgres`, while statements are executed. It is Postgres's own
 * online backup: files may change while they are copied, and the log in the archive brings all of them to the state at the end.
 * No checkpoint may be made meanwhile: it would delete log that the backup needs, which makes this fail.
 */
export async function backUp(
  client: Pick<EmbeddedClient, "query">,
  directory: string,
  write: WriteArchive,
): Promise<void> {
  const archive = createTar(write);
  let label = "";
  await client.query("select pg_backup_start('gatehouse', true)");
  try {
    await archive.directory("postgres");
    await addTree(archive, directory);
  } finally {
    const stop = "select labelfile as label from pg_backup_stop(false)";
    label = (await client.query<{ label: string }>(stop)).rows[0]?.label ?? "";
  }
  await addLog(archive, directory, startSegment.exec(label)?.[1]);
  const content = Buffer.from(label);
  await archive.file("postgres/backup_label", content.length, oneChunk(content));
  await archive.end();
}

async function addTree(archive: TarWriter, directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const found = entries
    .map((entry) => ({ entry, path: relative(directory, join(entry.parentPath, entry.name)) }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  for (const { entry, path } of found) {
    if (entry.isDirectory()) await archive.directory(`postgres/${path}`);
    else if (!leftOut.test(path)) await addFile(archive, directory, path);
  }
}

async function addLog(
  archive: TarWriter,
  directory: string,
  first: string | undefined,
): Promise<void> {
  const names = (await readdir(join(directory, logDirectory))).toSorted();
  if (first === undefined || !names.includes(first)) throw new Error(logDeleted);
  const segments = names.filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= first);
  for (const name of segments) {
    const isAdded = await addFile(archive, directory, `${logDirectory}/${name}`);
    if (!isAdded) throw new Error(logDeleted);
  }
  // A checkpoint also renames a segment to write into it again: one that still has its name was whole when it was read.
  const left = new Set(await readdir(join(directory, logDirectory)));
  if (!segments.every((name) => left.has(name))) throw new Error(logDeleted);
}

/** False for a file that was deleted meanwhile. One of a dropped table may be missing: the log says that it was dropped. */
async function addFile(archive: TarWriter, directory: string, path: string): Promise<boolean> {
  let file;
  try {
    file = await open(join(directory, path));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
  try {
    const { size } = await file.stat();
    const content = file.createReadStream({ highWaterMark: chunkBytes, autoClose: false });
    await archive.file(`postgres/${path}`, size, content);
    return true;
  } finally {
    await file.close();
  }
}

async function* oneChunk(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(content);
}
