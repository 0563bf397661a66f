import { Command } from "commander";

import { createCommandPlatform, readCommandSettings } from "./command-setup.ts";

/** `gatehouse migrate [--dry-run]`: migrates the database and exits. */
export function migrateCommand(): Command {
  return new Command("migrate")
    .description("migrate the database; the server also does this when it starts")
    .option("--dry-run", "only list the migrations that would be applied")
    .action(async (options: { dryRun?: true }, command: Command) => {
      const { database } = createCommandPlatform(readCommandSettings(command).settings);
      try {
        const pending = await database.pendingMigrations();
        if (!options.dryRun) await database.open();
        const verb = options.dryRun ? "would apply" : "applied";
        const lines =
          pending.length > 0 ? pending.map((name) => `${verb} ${name}`) : ["up to date"];
        process.stdout.write(`${lines.join("\n")}\n`);
      } finally {
        await database.close();
      }
    });
}
