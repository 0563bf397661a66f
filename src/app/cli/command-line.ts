import { Command, CommanderError } from "commander";

import { version } from "../../kernel/version.ts";
import { clientsCommand } from "./clients.ts";
import { configCommand } from "./config.ts";
import { createAdminCommand } from "./create-admin.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import { healthcheckCommand } from "./healthcheck.ts";
import { keysCommand } from "./keys.ts";
import { migrateCommand } from "./migrate.ts";
import { openapiCommand } from "./openapi.ts";
import { serveCommand } from "./serve.ts";

const introduction = `A complete authentication service in one executable.

Without a command it serves. Settings come from the environment; see docs/configuration.md or
\`gatehouse config\`. With nothing set it runs on an embedded Postgres in ./data.`;

/** Runs the command that the arguments name and sets the exit code: 0 done, 1 failed, 2 wrong usage or settings. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command("gatehouse")
    .description(introduction)
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help, or that of a command")
    .exitOverride()
    .showHelpAfterError("(gatehouse --help tells what there is)")
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 wrong usage or settings.");

  program.addCommand(serveCommand(), { isDefault: true });
  for (const command of [
    migrateCommand,
    createAdminCommand,
    clientsCommand,
    keysCommand,
    healthcheckCommand,
    configCommand,
    openapiCommand,
  ]) {
    program.addCommand(command());
  }
  for (const command of program.commands) {
    command.copyInheritedSettings(program);
    for (const nested of command.commands) nested.copyInheritedSettings(command);
    command.option("--env-file <file>", "read settings from a file of NAME=value lines as well");
  }

  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode =
      error instanceof CommanderError
        ? error.exitCode === 0
          ? exitCodes.done
          : exitCodes.usage
        : reportFailure(error);
  }
}
