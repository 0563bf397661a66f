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
 * Gives a function that reads the password when it is called: from standard input, or by a prompt. It throws `CommandError` then if
 * neither is possible, because the library of the prompt waits without end on piped input.
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
  const { isCancel, password: askPassword } = await import("@clack/prompts");
  const first = await askPassword({ message: "Password" });
  const second = isCancel(first) ? first : await askPassword({ message: "Repeat the password" });
  if (isCancel(first) || isCancel(second)) throw new CommandError("cancelled");
  if (first !== second) throw new CommandError("the passwords do not match", exitCodes.usage);
  return first;
}

/** All of standard input without one line break at its end. */
async function readStandardInput(): Promise<string> {
  return (await Bun.stdin.text()).replace(/\r?\n$/, "");
}
