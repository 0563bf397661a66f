import { password as askPassword, isCancel } from "@clack/prompts";
import { Command, InvalidArgumentError } from "commander";

import { createAdmin } from "../../features/user-administration/index.ts";
import { isUsername, usernameSchema } from "../../features/users/index.ts";
import { asOperator } from "./as-operator.ts";
import { CommandError, exitCodes } from "./exit.ts";
import { readCommandSettings } from "./command-setup.ts";
import { readEmail } from "./read-arguments.ts";

interface CreateAdminOptions {
  readonly email: string;
  readonly username?: string;
  readonly passwordStdin?: true;
}

/** `gatehouse create-admin`: creates an account with the role `admin` and a verified address. */
export function createAdminCommand(): Command {
  return new Command("create-admin")
    .description("create an account with the role admin and a verified address")
    .requiredOption("--email <address>", "the email address", readEmail)
    .option("--username <name>", "the username", readUsername)
    .option("--password-stdin", "read the password from standard input instead of a prompt")
    .action(async (options: CreateAdminOptions, command: Command) => {
      // Wrong settings are reported before the password is asked for.
      readCommandSettings(command);
      const password = options.passwordStdin ? await readStandardInput() : await prompt();
      const { email, username = null } = options;
      const admin = await asOperator(command, (ctx) =>
        createAdmin(ctx, { email, username, password }),
      );
      process.stdout.write(`created ${admin.email} (${admin.userId}) with the role admin\n`);
    });
}

function readUsername(text: string): string {
  if (isUsername(text)) return text;
  throw new InvalidArgumentError(`It must be: ${usernameSchema.description}`);
}

async function prompt(): Promise<string> {
  // The prompt library waits without end on piped input.
  if (!process.stdin.isTTY) {
    throw new CommandError(
      "no terminal for the password prompt: use --password-stdin",
      exitCodes.usage,
    );
  }
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
