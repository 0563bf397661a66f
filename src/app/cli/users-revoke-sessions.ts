import { Command } from "commander";

import { revokeEverySession } from "../../features/sessions/index.ts";
import {
  findNamedUser,
  type NamedUser,
  revokeSessionsOf,
} from "../../features/user-administration/index.ts";
import type { Context } from "../../platform/platform.ts";
import { asOperator } from "./as-operator.ts";
import { CommandError, exitCodes } from "./exit.ts";
import { createProgress } from "./progress.ts";
import { readNamedUser } from "./read-arguments.ts";

/** `gatehouse users revoke-sessions USER|--all`: ends sessions on every replica, those of clients and of browsers too. */
export function usersRevokeSessionsCommand(): Command {
  return new Command("revoke-sessions")
    .description("end all sessions of an account, or of all accounts, on every replica")
    .argument("[user]", "the id or the email address", readNamedUser)
    .option("--all", "end the sessions of all accounts")
    .action((named: NamedUser | undefined, { all }: { all?: true }, command: Command) => {
      if ((named === undefined) !== (all === true)) {
        throw new CommandError("give a user, or --all", exitCodes.usage);
      }
      return asOperator(command, named === undefined ? revokeAll : (ctx) => revokeOf(ctx, named));
    });
}

async function revokeOf(ctx: Context, named: NamedUser): Promise<void> {
  const { id, email } = await findNamedUser(ctx, named);
  const ended = await revokeSessionsOf(ctx, id);
  process.stdout.write(`ended ${ended} sessions of ${email} (${id})\n`);
}

async function revokeAll(ctx: Context): Promise<void> {
  const progress = createProgress(process.stderr, "users");
  let [ended, users] = [0, 0];
  for await (const sessions of revokeEverySession(ctx)) {
    ended += sessions;
    users += 1;
    progress.show(users);
  }
  progress.clear();
  process.stdout.write(`ended ${ended} sessions of ${users} users\n`);
}
