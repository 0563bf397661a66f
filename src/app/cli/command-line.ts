import { Command, CommanderError } from "commander";

import { version } from "../../kernel/version.ts";
import { auditCommand } from "./audit.ts";
import { backupCommand } from "./backup.ts";
import { clientsCommand } from "./clients.ts";
import { configCommand } from "./config.ts";
import { createAdminCommand } from "./create-admin.ts";
import { doctorCommand } from "./doctor.ts";
import { eventsCommand } from "./events.ts";
import { exitCodes, reportFailure, reportLostOutput } from "./exit.ts";
import { healthcheckCommand } from "./healthcheck.ts";
import { keysCommand } from "./keys.ts";
import { limitsCommand } from "./limits.ts";
import { migrateCommand } from "./migrate.ts";
import { openapiCommand } from "./openapi.ts";
import { serveCommand } from "./serve.ts";
import { usersCommand } from "./users.ts";

const introduction = `A complete authentication service in one executable.

Without a command it starts the server: by default on http://localhost:8000 with an embedded Postgres in ./data.
Settings are environment variables; "gatehouse config" lists them.`;

const commands = [
  migrateCommand,
  createAdminCommand,
  usersCommand,
  keysCommand,
  clientsCommand,
  auditCommand,
  limitsCommand,
  eventsCommand,
  backupCommand,
  healthcheckCommand,
  doctorCommand,
  configCommand,
  openapiCommand,
];

/** Runs the command in the arguments and sets the exit code: 0 done, 1 failed, 2 wrong usage or settings. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  reportLostOutput();
  try {
    await createProgram().parseAsync([...argv]);
  } catch (error) {
    const exitCode = error instanceof CommanderError ? usageExitCode(error) : reportFailure(error);
    // Printing help succeeded, unless its output was lost.
    if (exitCode !== exitCodes.done) exitOnceWritten(exitCode);
  }
}

/** An embedded database that could not start keeps the process running, and no supervisor would start another. */
function exitOnceWritten(exitCode: number): void {
  process.exitCode = exitCode;
  process.stdout.write("", () => process.stderr.write("", () => process.exit(exitCode)));
}

function createProgram(): Command {
  const program = new Command("gatehouse")
    .description(introduction)
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help for gatehouse or a command")
    .helpCommand("help [command]", "print help for gatehouse or a command")
    .option("--env-file <file>", "also read settings from a file of NAME=value lines")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, "gatehouse: ")),
    })
    .exitOverride()
    .showHelpAfterError("(gatehouse --help lists the commands)")
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 wrong usage or settings.");
  const serve = serveCommand();
  program.addCommand(serve, { isDefault: true });
  for (const command of commands) program.addCommand(command());
  for (const command of program.commands) {
    command.copyInheritedSettings(program);
    for (const nested of command.commands) nested.copyInheritedSettings(command);
  }
  // An unknown command name is an argument of `serve`, which prints a clearer error than the library.
  serve.allowExcessArguments();
  return program;
}

/** The library also throws after it has printed help, with exit code 0. */
function usageExitCode(error: CommanderError): number {
  return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
}
