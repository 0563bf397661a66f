import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";

import { Command } from "commander";

import { errorCode } from "../../platform/config/read-given.ts";
import { wasEverStarted } from "../../platform/db/embedded-postgres.ts";
import type { Database } from "../../platform/db/port.ts";
import { createCommandPlatform, readCommandSettings } from "./command-setup.ts";
import { CommandError, exitCodes } from "./exit.ts";
import { writeAll } from "./write-all.ts";

/** `gatehouse backup [--sql] FILE|DIRECTORY`: a copy of the embedded database, also while the server runs. */
export function backupCommand(): Command {
  return new Command("backup")
    .description("back up the embedded database to a .tar.gz file, also while the server runs")
    .option(
      "--sql",
      "write an SQL script instead, to move to a Postgres server; stop the server first",
    )
    .argument("<file>", "the file to write, or a directory for one with the time in its name")
    .action(async (given: string, { sql }: { sql?: true }, command: Command) => {
      const { settings } = readCommandSettings(command);
      if (settings.databaseUrl !== null) throw new CommandError(usePgDump, exitCodes.usage);
      if (!wasEverStarted(settings.dataDir)) {
        throw new CommandError(`no database in ${resolve(settings.dataDir)} (DATA_DIR)`);
      }
      const { database, clock } = createCommandPlatform(settings);
      const path = await pathOf(given, clock.now(), sql ? "sql" : "tar.gz");
      try {
        await writeFile(path, (file) => (sql ? saveScript : saveArchive)(database, file));
      } finally {
        await database.close();
      }
      process.stdout.write(`${path}\n`);
    });
}

const usePgDump =
  "backup is for the embedded database, and DATABASE_URL is set: use pg_dump, as docs/backup.md says";

async function pathOf(given: string, now: Date, ending: string): Promise<string> {
  const isDirectory = await stat(given).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const time = now.toISOString().replace(/\.\d+/, "").replaceAll(":", "-");
  return isDirectory ? join(given, `gatehouse-${time}.${ending}`) : given;
}

/** Written beside and renamed: an interrupted backup leaves no incomplete file of this name, and keeps the previous one. */
async function writeFile(path: string, save: (file: FileHandle) => Promise<void>): Promise<void> {
  const draft = join(path, "..", `.${basename(path)}.${process.pid}.partial`);
  const file = await open(draft, "wx", 0o600).catch((error: unknown) => {
    throw new CommandError(`file not writable (${errorCode(error)})`, exitCodes.usage);
  });
  try {
    await save(file);
    await file.sync();
    await rename(draft, path);
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
}

async function saveScript({ backups }: Database, file: FileHandle): Promise<void> {
  await backups?.writeScript((text) => writeAll(file, Buffer.from(text)));
}

async function saveArchive({ backups }: Database, file: FileHandle): Promise<void> {
  const gzip = new CompressionStream("gzip");
  const writer = gzip.writable.getWriter();
  const save = async (): Promise<void> => {
    for await (const chunk of gzip.readable) await writeAll(file, chunk);
  };
  const compress = async (): Promise<void> => {
    await backups?.writeArchive((bytes) => writer.write(new Uint8Array(bytes)));
    await writer.close();
  };
  await Promise.all([save(), compress()]);
}
