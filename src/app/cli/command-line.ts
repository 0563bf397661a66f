import { Command, CommanderError } from "commander";

import { version } from "../../kernel/version.ts";
import { auditCommand } from "./audit.ts";
import { clientsCommand } from "./clients.ts";
import { configCommand } from "./config.ts";
import { createAdminCommand } from "./create-admin.ts";
import { eventsCommand } from "./events.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import { healthcheckCommand } from "./healthcheck.ts";
import { keysCommand } from "./keys.ts";
import { reportLostOutput } from "./lost-output.ts";
import { migrateCommand } from "./migrate.ts";
import { openapiCommand } from "./openapi.ts";
import { serveCommand } from "./serve.ts";
import { usersCommand } from "./users.ts";

const introduction = `A complete authentication service in one executable.

Without a command it serves: with nothing set, on http://localhost:8000 and an embedded Postgres in ./data.
Settings come from the environment; "gatehouse config" lists them all.`;

const commands = [
  migrateCommand,
  createAdminCommand,
  usersCommand,
  keysCommand,
  clientsCommand,
  auditCommand,
  eventsCommand,
  healthcheckCommand,
  configCommand,
  openapiCommand,
];

/** Runs the command that the arguments name and sets the exit code: 0 done, 1 failed, 2 wrong usage or settings. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  reportLostOutput();
  try {
    await createProgram().parseAsync([...argv]);
  } catch (error) {
    const exitCode = error instanceof CommanderError ? usageExitCode(error) : reportFailure(error);
    // Help that was asked for is done, but may have been lost.
    if (exitCode !== exitCodes.done) process.exitCode = exitCode;
  }
}

function createProgram(): Command {
  const program = new Command("gatehouse")
    .description(introduction)
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help, or that of a command")
    .helpCommand("help [command]", "print this help, or that of a command")
    .option("--env-file <file>", "read settings from a file of NAME=value lines as well")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, "gatehouse: ")),
    })
    .exitOverride()
    .showHelpAfterError("(gatehouse --help tells what there is)")
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 wrong usage or settings.");
  const serve = serveCommand();
  program.addCommand(serve, { isDefault: true });
  for (const command of commands) program.addCommand(command());
  for (const command of program.commands) {
    command.copyInheritedSettings(program);
    for (const nested of command.commands) nested.copyInheritedSettings(command);
  }
  // A name that is no command reaches it as an argument, of which it has better words than the library.
  serve.allowExcessArguments();
  return program;
}

/** The library also throws when it has printed the help that was asked for. */
function usageExitCode(error: CommanderError): number {
  return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
}
