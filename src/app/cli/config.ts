import { Command } from "commander";

import { describeSettings } from "../../platform/config/describe.ts";
import { readCommandSettings } from "./command-setup.ts";

/** `gatehouse config`: prints the settings in effect, one per line, without secrets. */
export function configCommand(): Command {
  return new Command("config")
    .description("print the settings in effect and the source of each, without secrets")
    .option("--json", "print JSON")
    .action(({ json }: { json?: true }, command: Command) => {
      const { settings, given, warnings, switchedOff } = readCommandSettings(command);
      const described = describeSettings(settings, given.environment, given.fromEnvFile);
      process.stdout.write(
        json
          ? `${JSON.stringify({ items: described }, null, 2)}\n`
          : described.map(({ name, value, source }) => `${name}=${value}  # ${source}\n`).join(""),
      );
      for (const warning of [...switchedOff, ...warnings])
        process.stderr.write(`gatehouse: ${warning}\n`);
    });
}
