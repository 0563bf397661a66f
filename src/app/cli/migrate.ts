import { Command } from "commander";

import { resealStoredSecrets } from "../reseal.ts";
import {
  createCommandPlatform,
  loadCommandSettings,
  readCommandSettings,
} from "./command-setup.ts";

/** `gatehouse migrate [--dry-run]`: migrates the database, seals its secrets again where that is due, and exits. */
export function migrateCommand(): Command {
  return new Command("migrate")
    .description(
      "migrate the database and encrypt stored secrets with the present key; the server also does this when it starts",
    )
    .option("--dry-run", "only list the migrations that would be applied")
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
        const verb = options.dryRun ? "would apply" : "applied";
        const lines =
          pending.length > 0 ? pending.map((name) => `${verb} ${name}`) : ["up to date"];
        process.stdout.write(`${lines.join("\n")}\n`);
      } finally {
        await database.close();
      }
    });
}
