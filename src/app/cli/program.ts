import { Command, type OutputConfiguration } from "commander";

import { version } from "../../kernel/version.ts";
import { commandsOf, fullName } from "./command-names.ts";
import { examplesOf } from "./examples.ts";
import { serveCommand } from "./serve.ts";
import {
  describeWrongUsage,
  refuseUnknownCommand,
  requireOptionsLast,
  withoutEnvFile,
} from "./wrong-usage.ts";

const introduction = `A complete authentication service in one executable.

Without a command it starts the server: by default on http://localhost:8000 with an embedded Postgres in ./data.
Settings are environment variables; "gatehouse config" lists them.`;

/** Runs the command of these words, without the name of the executable. Throws `CommanderError` after printing help or wrong usage. */
export async function parseCommandLine(
  words: readonly string[],
  given: Command | null = null,
): Promise<void> {
  const program = given ?? createProgram(await loadCommands(words));
  refuseUnknownCommand(program, words);
  await program.parseAsync([...words], { from: "user" });
}

/** All commands but `serve`; none for a start of the server, which does not wait for them. */
async function loadCommands(words: readonly string[]): Promise<readonly (() => Command)[]> {
  const [first] = withoutEnvFile(words);
  if (first === undefined || first === "serve") return [];
  const { commands } = await import("./commands.ts");
  return commands;
}

/** `serve` and other commands, with their help. Tests give an output of their own. */
export function createProgram(
  others: readonly (() => Command)[],
  output: OutputConfiguration = {},
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
