import { Command } from "commander";

import { ownMigrations } from "../../platform/db/migrate.ts";
import { resealStoredSecrets } from "../reseal.ts";
import {
  createCommandPlatform,
  loadCommandSettings,
  readCommandSettings,
} from "./command-setup.ts";

/** `gatehouse migrate [--dry-run]`: migrates the database and seals its secrets again where that is due, or prints the SQL. */
export function migrateCommand(): Command {
  return new Command("migrate")
    .description(
      "migrate the database and encrypt stored secrets with the present key; the server also does this when it starts",
    )
    .option("--dry-run", "only print the SQL of the pending migrations, and change nothing")
    .action(async (options: { dryRun?: true }, command: Command) => {
      const load = options.dryRun ? readCommandSettings : loadCommandSettings;
      const platform = createCommandPlatform(load(command).settings);
      const { database } = platform;
      try {
        const pending = await database.pendingMigrations();
        if (!options.dryRun) {
          await database.open();
          await resealStoredSecrets(platform);
        }
        process.stdout.write(options.dryRun ? asScript(pending) : asReport(pending));
      } finally {
        await database.close();
      }
    });
}

function asReport(applied: readonly string[]): string {
  return applied.length > 0 ? applied.map((name) => `applied ${name}\n`).join("") : "up to date\n";
}

/** A script for reading: the table of applied migrations is not part of it. */
function asScript(pending: readonly string[]): string {
  if (pending.length === 0) return "-- up to date\n";
  const migrations = ownMigrations.filter(({ name }) => pending.includes(name));
  return migrations.map(({ name, sql }) => `-- ${name}\n${sql.join("").trim()}\n`).join("\n");
}
