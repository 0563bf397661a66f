import { Command, type OutputConfiguration } from "commander";

import { version } from "../../kernel/version.ts";
import { auditCommand } from "./audit.ts";
import { backupCommand } from "./backup.ts";
import { clientsCommand } from "./clients.ts";
import { commandsOf, fullName } from "./command-names.ts";
import { completionCommand } from "./completion.ts";
import { configCommand } from "./config.ts";
import { createAdminCommand } from "./create-admin.ts";
import { doctorCommand } from "./doctor.ts";
import { eventsCommand } from "./events.ts";
import { examplesOf } from "./examples.ts";
import { healthcheckCommand } from "./healthcheck.ts";
import { keysCommand } from "./keys.ts";
import { limitsCommand } from "./limits.ts";
import { migrateCommand } from "./migrate.ts";
import { openapiCommand } from "./openapi.ts";
import { serveCommand } from "./serve.ts";
import { describeWrongUsage, refuseUnknownCommand, requireOptionsLast } from "./wrong-usage.ts";
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
  completionCommand,
];

/** Runs the command of these words, without the name of the executable. Throws `CommanderError` after printing help or wrong usage. */
export async function parseCommandLine(
  words: readonly string[],
  program: Command = createProgram({}, isServe(words) ? [] : commands),
): Promise<void> {
  refuseUnknownCommand(program, words);
  await program.parseAsync([...words], { from: "user" });
}

/** Whether the words are those of a start of the server, which does not wait until all other commands are made. */
function isServe([first]: readonly string[]): boolean {
  return first === undefined || first === "serve";
}

/** `serve` and other commands, by default all, with their help. Tests give an output of their own. */
export function createProgram(
  output: OutputConfiguration = {},
  others: readonly (() => Command)[] = commands,
): Command {
  const program = new Command("gatehouse")
    .description(introduction)
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help for gatehouse or a command")
    .helpCommand("help [command]", "print help for gatehouse or a command")
    .option("--env-file <file>", "also read settings from a file of NAME=value lines")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      ...output,
      outputError: (text, write) => write(describeWrongUsage(text)),
    })
    .exitOverride()
    .showHelpAfterError("(gatehouse --help lists the commands)");
  program.addCommand(serveCommand(), { isDefault: true });
  for (const command of others) program.addCommand(command());
  for (const command of commandsOf(program)) {
    if (command.parent !== null) {
      command.copyInheritedSettings(command.parent);
      command.showHelpAfterError(`(${fullName(command)} --help says more)`);
    }
    requireOptionsLast(command);
    command.addHelpText("after", examplesOf(fullName(command)));
  }
  return program.addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 wrong usage or settings.");
}
