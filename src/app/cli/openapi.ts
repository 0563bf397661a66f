import { Command } from "commander";

import { describeRoutes } from "../create-app.ts";
import { createPlatform } from "../create-platform.ts";
import { type CommonOptions, loadCommandSettings } from "./load.ts";

/** `gatehouse openapi`: the OpenAPI document, for generating clients. */
export function openapiCommand(): Command {
  return new Command("openapi")
    .description("print the OpenAPI document")
    .action(async (options: CommonOptions) => {
      const platform = createPlatform(loadCommandSettings(options).settings);
      const document = await describeRoutes(platform, {
        phase: "starting",
        database: platform.database,
      });
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
      await platform.database.close();
    });
}
