import { Argument, Command } from "commander";

import { commandsOf, fullName } from "./command-names.ts";
import { bashScript } from "./completion-bash.ts";
import { fishScript } from "./completion-fish.ts";
import { zshScript } from "./completion-zsh.ts";

/** A word that can follow, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly meaning: string;
}

/** The words that can follow a command. */
export interface Completion {
  /** The command without the name of the executable, such as `users list`; empty for the first word. */
  readonly after: string;
  readonly commands: readonly Candidate[];
  readonly options: readonly Candidate[];
  /** The values of options that have a fixed set of them, and of its argument (`option` null). */
  readonly values: readonly { readonly option: string | null; readonly words: readonly string[] }[];
}

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `gatehouse completion bash|zsh|fish`: prints a script that completes commands and options. */
export function completionCommand(): Command {
  const shells = Object.keys(scripts);
  return new Command("completion")
    .description("print a script with which a shell completes commands and options")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .action((shell: keyof typeof scripts, _options: object, command: Command) => {
      process.stdout.write(scripts[shell](completionsOf(rootOf(command))));
    });
}

/** What can follow each command of a program. */
export function completionsOf(program: Command): readonly Completion[] {
  const help = program.createHelp();
  return commandsOf(program).map((command) => {
    const options = [...command.options, ...(command === program ? [] : program.options)].filter(
      ({ long }) => command === program || long !== "--version",
    );
    const ofOptions = options.flatMap(({ long, argChoices }) =>
      long && argChoices ? [{ option: long, words: argChoices }] : [],
    );
    const ofArguments = command.registeredArguments.flatMap(({ argChoices }) =>
      argChoices ? [{ option: null, words: argChoices }] : [],
    );
    return {
      after: fullName(command).split(" ").slice(1).join(" "),
      commands: command.commands.map((each) => ({
        word: each.name(),
        meaning: help.subcommandDescription(each),
      })),
      options: [
        ...options.map(({ long, flags, description }) => ({
          word: long ?? flags,
          meaning: description,
        })),
        { word: "--help", meaning: "print help" },
      ],
      values: [...ofOptions, ...ofArguments],
    };
  });
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
