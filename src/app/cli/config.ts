import { Command } from "commander";

import { describeSettings } from "../../platform/config/describe.ts";
import { readCommandSettings } from "./load.ts";

/** `gatehouse config`: the settings in effect, as lines that can be read back; secrets are not shown. */
export function configCommand(): Command {
  return new Command("config")
    .description("print the settings in effect and where each comes from, secrets redacted")
    .action((_options: unknown, command: Command) => {
      const { settings, environment, warnings } = readCommandSettings(command);
      for (const { name, value, source } of describeSettings(settings, environment)) {
        process.stdout.write(`${name}=${value}  # ${source}\n`);
      }
      for (const warning of warnings) process.stderr.write(`gatehouse: ${warning}\n`);
    });
}
