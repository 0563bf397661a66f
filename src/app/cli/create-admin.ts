import { password as askPassword, isCancel } from "@clack/prompts";
import { Command } from "commander";

import { createAdmin } from "../../features/admin/index.ts";
import { createContext } from "../../platform/platform.ts";
import { createPlatform } from "../create-platform.ts";
import { CommandError, exitCodes } from "./exit.ts";
import { loadCommandSettings } from "./load.ts";

interface CreateAdminOptions {
  readonly email: string;
  readonly username?: string;
  readonly passwordStdin?: true;
}

/** `gatehouse create-admin`: makes a verified account with the role `admin`. */
export function createAdminCommand(): Command {
  return new Command("create-admin")
    .description("make an account with the role admin, its address taken as verified")
    .requiredOption("--email <address>", "the account's e-mail address")
    .option("--username <name>", "the account's username")
    .option("--password-stdin", "read the password from standard input instead of a prompt")
    .action(async (options: CreateAdminOptions, command: Command) => {
      const { settings } = loadCommandSettings(command);
      const password = options.passwordStdin ? await readStandardInput() : await prompt();
      const platform = createPlatform(settings);
      try {
        await platform.database.open();
        const ctx = createContext(
          platform,
          { kind: "operator" },
          {
            requestId: `command-${platform.random.token(96)}`,
            ipAddress: null,
            userAgent: null,
          },
        );
        const admin = await createAdmin(ctx, {
          email: options.email,
          username: options.username ?? null,
          password,
        });
        process.stdout.write(`created ${admin.email} (${admin.userId}) with the role admin\n`);
      } finally {
        await platform.database.close();
      }
    });
}

async function prompt(): Promise<string> {
  // The prompt library waits for ever on piped input.
  if (!process.stdin.isTTY) {
    throw new CommandError(
      "no terminal to ask for the password: use --password-stdin",
      exitCodes.usage,
    );
  }
  const first = await askPassword({ message: "Password" });
  const second = isCancel(first) ? first : await askPassword({ message: "The same again" });
  if (isCancel(first) || isCancel(second)) throw new CommandError("cancelled");
  if (first !== second) throw new CommandError("the passwords are not the same", exitCodes.usage);
  return first;
}

/** All of standard input, less one line end. */
async function readStandardInput(): Promise<string> {
  return (await Bun.stdin.text()).replace(/\r?\n$/, "");
}
