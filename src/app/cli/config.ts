import { Command } from "commander";

import { describeSettings } from "../../platform/config/describe.ts";
import { readCommandSettings } from "./command-setup.ts";

/** `gatehouse config`: prints the settings in effect, one per line, without secrets. */
export function configCommand(): Command {
  return new Command("config")
    .description("print the settings in effect and the source of each, without secrets")
    .action((_options: unknown, command: Command) => {
      const { settings, given, warnings, switchedOff } = readCommandSettings(command);
      const described = describeSettings(settings, given.environment, given.fromEnvFile);
      for (const { name, value, source } of described) {
        process.stdout.write(`${name}=${value}  # ${source}\n`);
      }
      for (const warning of [...switchedOff, ...warnings])
        process.stderr.write(`gatehouse: ${warning}\n`);
    });
}
