import { Command } from "commander";

import {
  deleteUser,
  findNamedUser,
  type NamedUser,
  resetSecondFactor,
  restoreUser,
  updateUser,
} from "../../features/user-administration/index.ts";
import type { Context } from "../../platform/platform.ts";
import { asOperator } from "./as-operator.ts";
import { CommandError } from "./exit.ts";
import { readNamedUser } from "./read-arguments.ts";

/** An action on one account. */
interface Verb {
  readonly name: string;
  readonly description: string;
  /** Performs the action, and returns the words that are printed before the account's name. */
  act(ctx: Context, user: { id: string; deletedAt: Date | null }): Promise<string>;
}

const verbs: readonly Verb[] = [
  {
    name: "verify",
    description: "state that the address of an account belongs to its user",
    async act(ctx, { id }) {
      await updateUser(ctx, id, { email_verified: true });
      return "verified";
    },
  },
  {
    name: "disable",
    description: "disable an account and end its sessions; it keeps its address and username",
    async act(ctx, { id }) {
      await updateUser(ctx, id, { status: "disabled" });
      return "disabled";
    },
  },
  {
    name: "enable",
    description: "enable a disabled account",
    async act(ctx, { id }) {
      await updateUser(ctx, id, { status: "active" });
      return "enabled";
    },
  },
  {
    name: "delete",
    description:
      "delete an account and end its sessions; its address becomes free, its username after a while",
    async act(ctx, { id }) {
      await deleteUser(ctx, id);
      return "deleted";
    },
  },
  {
    name: "restore",
    description: "restore a deleted account, if its address and username are still free",
    async act(ctx, { id, deletedAt }) {
      if (deletedAt === null) throw new CommandError("the user is not deleted");
      await restoreUser(ctx, id);
      return "restored";
    },
  },
  {
    name: "reset-2fa",
    description:
      "turn off the two-factor authentication of an account whose user has lost it, and end its sessions",
    async act(ctx, { id }) {
      await resetSecondFactor(ctx, id);
      return "turned off the two-factor authentication of";
    },
  },
];

/** `gatehouse users verify|disable|enable|delete|restore|reset-2fa USER`. */
export const userVerbCommands = verbs.map((verb) => () => verbCommand(verb));

function verbCommand({ name, description, act }: Verb): Command {
  return new Command(name)
    .description(description)
    .argument("<user>", "the id or the email address", readNamedUser)
    .action((named: NamedUser, _options: unknown, command: Command) =>
      asOperator(command, async (ctx) => {
        const user = await findNamedUser(ctx, named);
        const done = await act(ctx, user);
        process.stdout.write(`${done} ${user.email} (${user.id})\n`);
      }),
    );
}
