import { Writable } from "node:stream";

import { CommandError, exitCodes } from "./exit.ts";

/** The option of every command that asks for a password. A password is never an argument. */
export const passwordOption = [
  "--password-stdin",
  "read the password from standard input instead of a prompt",
] as const;

/** The parsed option. */
export interface PasswordOptions {
  readonly passwordStdin?: true;
}

/**
 * Gives a function that reads the password when it is called: from standard input, or by a prompt on standard error. It throws
 * `CommandError` if there is neither, if the two entries differ, and with exit code 130 after Ctrl-C or Ctrl-D.
 */
export function passwordReader({ passwordStdin }: PasswordOptions): () => Promise<string> {
  if (passwordStdin) return readStandardInput;
  if (process.stdin.isTTY) return prompt;
  return refuse;
}

function refuse(): Promise<string> {
  const reason = "no terminal for the password prompt: use --password-stdin";
  return Promise.reject(new CommandError(reason, exitCodes.usage));
}

async function prompt(): Promise<string> {
  const { createInterface } = await import("node:readline");
  // What readline prints is the echo of the input.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const options = { input: process.stdin, output: nowhere, terminal: true, historySize: 0 };
  const terminal = createInterface(options).on("SIGINT", () => terminal.close());
  const lines = terminal[Symbol.asyncIterator]();
  const ask = async (question: string) => {
    process.stderr.write(`${question}: `);
    const line = await lines.next();
    process.stderr.write("\n");
    if (line.done) throw new CommandError("cancelled", exitCodes.cancelled);
    return line.value;
  };
  try {
    const first = await ask("Password");
    if (first === (await ask("Repeat the password"))) return first;
    throw new CommandError("the passwords do not match", exitCodes.usage);
  } finally {
    terminal.close();
  }
}

/** All of standard input without one line break at its end. */
async function readStandardInput(): Promise<string> {
  return (await Bun.stdin.text()).replace(/\r?\n$/, "");
}
