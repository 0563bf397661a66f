import { Command } from "commander";

import { createCommandPlatform } from "./command-platform.ts";
import { readCommandSettings } from "./load.ts";

/** `gatehouse migrate [--dry-run]`: brings the schema up to date and ends. */
export function migrateCommand(): Command {
  return new Command("migrate")
    .description("bring the database's schema up to date, which serving does as well")
    .option("--dry-run", "only list what would be applied")
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
