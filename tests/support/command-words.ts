import { type Command, CommanderError } from "commander";

import { commandsOf } from "../../src/app/cli/command-names.ts";
import { commands } from "../../src/app/cli/commands.ts";
import { CommandError } from "../../src/app/cli/exit.ts";
import { createProgram, parseCommandLine } from "../../src/app/cli/program.ts";

/** What a command line printed, before any command did anything. */
export interface ParsedWords {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** All commands, of which none does anything. */
export function inertProgram(write: (stream: "stdout" | "stderr", text: string) => void): Command {
  const program = createProgram(commands, {
    writeOut: (text) => write("stdout", text),
    writeErr: (text) => write("stderr", text),
    getOutHelpWidth: () => 120,
  });
  for (const command of commandsOf(program)) {
    if (command.commands.length === 0) command.action(() => undefined);
  }
  return program;
}

/** Parses the words of a command line in this process, and runs no command. */
export async function parseWords(words: readonly string[]): Promise<ParsedWords> {
  const printed = { stdout: "", stderr: "" };
  const program = inertProgram((stream, text) => (printed[stream] += text));
  try {
    await parseCommandLine(words, program);
    return { exitCode: 0, ...printed };
  } catch (error) {
    if (error instanceof CommanderError) {
      return { exitCode: error.exitCode === 0 ? 0 : 2, ...printed };
    }
    if (!(error instanceof CommandError)) throw error;
    return {
      exitCode: error.exitCode,
      stdout: printed.stdout,
      stderr: `gatehouse: ${error.message}\n`,
    };
  }
}

/** The words of a line as a shell reads it, up to a comment, a pipe or a redirection. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  for (const [token] of line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)) {
    if (/^(?:#|[<>|&;])/.test(token)) break;
    words.push(token.replaceAll(/["']/g, ""));
  }
  return words;
}
