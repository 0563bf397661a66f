import { Command } from "commander";

import {
  findNamedUser,
  type NamedUser,
  viewAccount,
} from "../../features/user-administration/index.ts";
import { asOperator } from "./as-operator.ts";
import { readNamedUser } from "./read-arguments.ts";
import { tableLines } from "./table.ts";

/** `gatehouse users show USER`: shows one account, which may be deleted. */
export function usersShowCommand(): Command {
  return new Command("show")
    .description("show an account, which may be deleted; no secret is shown")
    .argument("<user>", "the id or the email address", readNamedUser)
    .option("--json", "print JSON")
    .action(async (named: NamedUser, { json }: { json?: true }, command: Command) => {
      const account = await asOperator(command, (ctx) => findNamedUser(ctx, named));
      const user = viewAccount(account);
      const lines = json
        ? [JSON.stringify(user, null, 2)]
        : tableLines(Object.entries(user).map(asRow));
      process.stdout.write(`${lines.join("\n")}\n`);
    });
}

function asRow([name, value]: [string, unknown]): string[] {
  if (value === null) return [name, "-"];
  if (Array.isArray(value)) return [name, value.join(",")];
  return [name, typeof value === "string" ? value : JSON.stringify(value)];
}
