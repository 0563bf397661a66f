import type { Command } from "commander";

import { findNearestName } from "../../platform/config/nearest-name.ts";
import { commandsOf, fullName } from "./command-names.ts";
import { CommandError, exitCodes } from "./exit.ts";

/** The library's message for wrong usage, as one line with what is probably meant. */
export function describeWrongUsage(text: string): string {
  return text
    .replace(/^error: /, "gatehouse: ")
    .replace(/ unknown (option|command) '([^']*)'/, " unknown $1 $2")
    .replace(/ missing required argument '([^']*)'/, " argument <$1> is missing")
    .replace(/\n\(Did you mean ([^\n]*)\?\)/, "; did you mean $1?");
}

/** Has a command look for missing options after misspelt ones: `--emial` is both, and its message names the right name. */
export function requireOptionsLast(command: Command): void {
  const required = command.options.filter(({ mandatory }) => mandatory);
  for (const option of required) option.mandatory = false;
  command.hook("preAction", (_parent, current) => {
    const missing = required.find(
      (option) =>
        current === command && command.getOptionValue(option.attributeName()) === undefined,
    );
    if (missing) command.error(`error: option ${missing.flags} is missing: ${missing.description}`);
  });
}

/**
 * Refuses a first word that is no command, which the library would take for an argument of the default command. Throws
 * `CommandError` with the command that is probably meant.
 */
export function refuseUnknownCommand(program: Command, words: readonly string[]): void {
  const word = firstWord(words);
  const names = [...program.commands.map((command) => command.name()), "help"];
  if (word === null || names.includes(word)) return;
  const nested = commandsOf(program).filter(
    (command) => command.name() === word && command.parent !== program,
  );
  const nearest = findNearestName(word, names);
  const meant = [...(nearest === null ? [] : [`gatehouse ${nearest}`]), ...nested.map(fullName)];
  const suggestion = meant.length === 0 ? "" : `; did you mean ${meant.join(" or ")}?`;
  throw new CommandError(
    `"${word}" is not a command${suggestion}\n(gatehouse --help lists the commands)`,
    exitCodes.usage,
  );
}

/** The first word that is neither an option nor the file of `--env-file`. Null if an option that is not known comes first. */
function firstWord(words: readonly string[]): string | null {
  const [first] = withoutEnvFile(words);
  return first === undefined || first.startsWith("-") ? null : first;
}

/** The words after every `--env-file` at their beginning. */
export function withoutEnvFile(words: readonly string[]): readonly string[] {
  if (words[0] === "--env-file") return withoutEnvFile(words.slice(2));
  return words[0]?.startsWith("--env-file=") ? withoutEnvFile(words.slice(1)) : words;
}
