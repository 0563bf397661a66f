import { Command } from "commander";

import {
  findNamedUser,
  type NamedUser,
  setPassword,
} from "../../features/user-administration/index.ts";
import { asOperator } from "./as-operator.ts";
import { readCommandSettings } from "./command-setup.ts";
import { readNamedUser } from "./read-arguments.ts";
import { type PasswordOptions, passwordOption, passwordReader } from "./read-password.ts";

/** `gatehouse users set-password USER`: sets a password and ends the sessions. */
export function usersSetPasswordCommand(): Command {
  return new Command("set-password")
    .description("set the password of an account and end its sessions")
    .argument("<user>", "the id or the email address", readNamedUser)
    .option(...passwordOption)
    .action(async (named: NamedUser, options: PasswordOptions, command: Command) => {
      readCommandSettings(command);
      const readPassword = passwordReader(options);
      const { id, email } = await asOperator(command, async (ctx) => {
        const user = await findNamedUser(ctx, named);
        await setPassword(ctx, user.id, await readPassword());
        return user;
      });
      process.stdout.write(`set the password of ${email} (${id})\n`);
    });
}
