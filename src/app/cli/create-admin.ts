import { Command } from "commander";

import {
  createAdmin,
  findAccountAt,
  promoteAdmin,
} from "../../features/user-administration/index.ts";
import type { Context } from "../../platform/platform.ts";
import { asOperator } from "./as-operator.ts";
import { readCommandSettings } from "./command-setup.ts";
import { readEmail, readUsername } from "./read-arguments.ts";
import { type PasswordOptions, passwordOption, passwordReader } from "./read-password.ts";

interface CreateAdminOptions extends PasswordOptions {
  readonly email: string;
  readonly username?: string;
}

/** `gatehouse create-admin`: creates an account with the role `admin` and a verified address, or promotes an existing one. */
export function createAdminCommand(): Command {
  return new Command("create-admin")
    .description(
      "create an account with the role admin and a verified address, or give an existing account the role",
    )
    .requiredOption("--email <address>", "the email address", readEmail)
    .option("--username <name>", "the username of a new account", readUsername)
    .option(...passwordOption)
    .action(async (options: CreateAdminOptions, command: Command) => {
      // Wrong settings are reported before the password is asked for.
      readCommandSettings(command);
      const readPassword = passwordReader(options);
      process.stdout.write(
        `${await asOperator(command, (ctx) => makeAdmin(ctx, options, readPassword))}\n`,
      );
    });
}

async function makeAdmin(
  ctx: Context,
  { email, username }: CreateAdminOptions,
  readPassword: () => Promise<string>,
): Promise<string> {
  const account = await findAccountAt(ctx, email);
  if (account === null) {
    const password = await readPassword();
    const { userId } = await createAdmin(ctx, { email, username: username ?? null, password });
    return `created ${email} (${userId}) with the role admin`;
  }
  const isClaimed = account.emailVerifiedAt === null && account.disabledAt === null;
  const isPromoted = await promoteAdmin(ctx, account, isClaimed ? await readPassword() : null);
  const done = isPromoted
    ? `gave ${email} (${account.id}) the role admin`
    : `${email} (${account.id}) has the role admin already`;
  const isOther = username !== undefined && username !== account.username;
  const note = isOther ? ", and so is the username: --username is for a new account" : "";
  return `${done}; the password is ${isClaimed ? "the new one" : "unchanged"}${note}`;
}
