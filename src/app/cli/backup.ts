import { open, rename, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";

import { Command } from "commander";

import { wasEverStarted } from "../../platform/db/embedded-postgres.ts";
import type { Database } from "../../platform/db/port.ts";
import { createCommandPlatform, readCommandSettings } from "./command-setup.ts";
import { CommandError, exitCodes } from "./exit.ts";

/** `gatehouse backup FILE|DIRECTORY`: an archive of the embedded database, also while the server runs. */
export function backupCommand(): Command {
  return new Command("backup")
    .description("back up the embedded database to a .tar.gz file, also while the server runs")
    .argument("<file>", "the file to write, or a directory for one with the time in its name")
    .action(async (given: string, _options: unknown, command: Command) => {
      const { settings } = readCommandSettings(command);
      if (settings.databaseUrl !== null) throw new CommandError(usePgDump, exitCodes.usage);
      if (!wasEverStarted(settings.dataDir)) {
        throw new CommandError(`no database in ${resolve(settings.dataDir)} (DATA_DIR)`);
      }
      const { database, clock } = createCommandPlatform(settings);
      const path = await pathOf(given, clock.now());
      try {
        await writeBackup(database, path);
      } finally {
        await database.close();
      }
      process.stdout.write(`${path}\n`);
    });
}

const usePgDump =
  "backup is for the embedded database, and DATABASE_URL is set: use pg_dump, as docs/backup.md says";

async function pathOf(given: string, now: Date): Promise<string> {
  const isDirectory = await stat(given).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const time = now.toISOString().replace(/\.\d+/, "").replaceAll(":", "-");
  return isDirectory ? join(given, `gatehouse-${time}.tar.gz`) : given;
}

/** Written beside and renamed: an interrupted backup leaves no incomplete file of this name, and keeps the previous one. */
async function writeBackup(database: Database, path: string): Promise<void> {
  const draft = join(path, "..", `.${basename(path)}.${process.pid}.partial`);
  const file = await open(draft, "wx", 0o600).catch((error: unknown) => {
    throw new CommandError(`${path} cannot be written to: ${String(error)}`, exitCodes.usage);
  });
  try {
    const gzip = new CompressionStream("gzip");
    const writer = gzip.writable.getWriter();
    const saving = (async () => {
      for await (const chunk of gzip.readable) await file.write(chunk);
    })();
    const compressing = (async () => {
      await database.backUp?.((bytes) => writer.write(new Uint8Array(bytes)));
      await writer.close();
    })();
    await Promise.all([saving, compressing]);
    await file.sync();
    await rename(draft, path);
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
}
