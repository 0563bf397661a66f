import { Command } from "commander";

import { describeRoutes } from "../routes.ts";
import { createCommandPlatform, readCommandSettings } from "./command-setup.ts";

/** `gatehouse openapi`: prints the OpenAPI document, for client generators. */
export function openapiCommand(): Command {
  return new Command("openapi")
    .description("print the OpenAPI document")
    .action(async (_options: unknown, command: Command) => {
      const platform = createCommandPlatform(readCommandSettings(command).settings);
      const document = await describeRoutes(platform, {
        phase: "starting",
        database: platform.database,
      });
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
      await platform.database.close();
    });
}
