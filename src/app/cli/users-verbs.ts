import { Command } from "commander";

import {
  deleteUser,
  findNamedUser,
  type NamedUser,
  restoreUser,
  revokeSessionsOf,
  updateUser,
} from "../../features/user-administration/index.ts";
import type { Context } from "../../platform/platform.ts";
import { asOperator } from "./as-operator.ts";
import { CommandError } from "./exit.ts";
import { readNamedUser } from "./read-arguments.ts";

/** What is done to one account. */
interface Verb {
  readonly name: string;
  readonly description: string;
  /** Gives what to tell when it is done; the account's name follows. */
  act(ctx: Context, user: { id: string; deletedAt: Date | null }): Promise<string>;
}

const verbs: readonly Verb[] = [
  {
    name: "disable",
    description: "let an account in nowhere any more, and end its sessions; it keeps its address",
    async act(ctx, { id }) {
      await updateUser(ctx, id, { status: "disabled" });
      return "disabled";
    },
  },
  {
    name: "enable",
    description: "let a disabled account in again",
    async act(ctx, { id }) {
      await updateUser(ctx, id, { status: "active" });
      return "enabled";
    },
  },
  {
    name: "delete",
    description: "delete an account and end its sessions; its address is free, its row stays",
    async act(ctx, { id }) {
      await deleteUser(ctx, id);
      return "deleted";
    },
  },
  {
    name: "restore",
    description: "bring a deleted account back, if its address is still free",
    async act(ctx, { id, deletedAt }) {
      if (deletedAt === null) throw new CommandError("this user is not deleted");
      await restoreUser(ctx, id);
      return "restored";
    },
  },
  {
    name: "revoke-sessions",
    description: "end all sessions of an account, on every replica at once",
    act: async (ctx, { id }) => `ended ${await revokeSessionsOf(ctx, id)} sessions of`,
  },
];

/** `gatehouse users disable|enable|delete|restore|revoke-sessions USER`. */
export const userVerbCommands = verbs.map((verb) => () => verbCommand(verb));

function verbCommand({ name, description, act }: Verb): Command {
  return new Command(name)
    .description(description)
    .argument("<user>", "the id, or the e-mail address", readNamedUser)
    .action((named: NamedUser, _options: unknown, command: Command) =>
      asOperator(command, async (ctx) => {
        const user = await findNamedUser(ctx, named);
        const done = await act(ctx, user);
        process.stdout.write(`${done} ${user.email} (${user.id})\n`);
      }),
    );
}
