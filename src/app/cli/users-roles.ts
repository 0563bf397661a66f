import { Command, Option } from "commander";

import { rolesOf } from "../../features/roles/index.ts";
import {
  assignRolesOf,
  findNamedUser,
  type NamedUser,
} from "../../features/user-administration/index.ts";
import { asOperator } from "./as-operator.ts";
import { collect, readNamedUser } from "./read-arguments.ts";

interface UsersRolesOptions {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly set?: readonly string[];
  readonly json?: true;
}

/** `gatehouse users roles USER`: prints the roles of an account, after changing them if that is asked for. */
export function usersRolesCommand(): Command {
  return new Command("roles")
    .description("print the roles of an account, or change them; effective at once")
    .argument("<user>", "the id or the email address", readNamedUser)
    .option("--add <role>", "add a role; may be given several times", collect)
    .option("--remove <role>", "remove a role; may be given several times", collect)
    .addOption(
      new Option("--set <role>", "replace the roles; may be given several times")
        .argParser(collect)
        .conflicts(["add", "remove"]),
    )
    .option("--json", "print JSON")
    .action(async (named: NamedUser, options: UsersRolesOptions, command: Command) => {
      const { add = [], remove = [], set, json } = options;
      const user = await asOperator(command, async (ctx) => {
        const found = await findNamedUser(ctx, named);
        const kept = (set ?? found.roles).filter((role) => !remove.includes(role));
        const isChange = set !== undefined || add.length + remove.length > 0;
        const roles = [...kept, ...add];
        return isChange ? assignRolesOf(ctx, found, roles) : found;
      });
      const { id, email } = user;
      const roles = rolesOf(user);
      process.stdout.write(
        json
          ? `${JSON.stringify({ id, email, roles }, null, 2)}\n`
          : roles.map((role) => `${role}\n`).join(""),
      );
    });
}
