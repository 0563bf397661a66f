import { Command, Option } from "commander";

import { findRole } from "../../features/roles/index.ts";
import {
  listUsers,
  type UserFilter,
  viewAccount,
} from "../../features/user-administration/index.ts";
import { asOperator } from "./as-operator.ts";
import { CommandError } from "./exit.ts";
import { readCount, readUsersCursor } from "./read-arguments.ts";
import { tableWithHeadings } from "./table.ts";

interface UsersListOptions {
  readonly query?: string;
  readonly role?: string;
  readonly status?: NonNullable<UserFilter["status"]>;
  readonly limit: number;
  readonly cursor?: string;
  readonly json?: true;
}

type AccountView = ReturnType<typeof viewAccount>;

/** `gatehouse users list`: lists accounts, newest first. */
export function usersListCommand(): Command {
  const statuses = ["active", "disabled", "unverified", "deleted"];
  return new Command("list")
    .description("list accounts, newest first; deleted ones only with --status deleted")
    .option("--query <text>", "only accounts with this text in the address, username or name")
    .option("--role <name>", "only accounts with this role")
    .addOption(new Option("--status <status>", "only accounts with this status").choices(statuses))
    .option("--limit <count>", "the maximum number of accounts", readCount(1, 1000), 50)
    .option("--cursor <cursor>", "continue after the end of another list", readUsersCursor)
    .option("--json", "print JSON")
    .action(async (options: UsersListOptions, command: Command) => {
      const { query = null, role = null, status = null, limit, cursor = null, json } = options;
      const page = await asOperator(command, async (ctx) => {
        if (role !== null && (await findRole(ctx.db, role)) === null) {
          throw new CommandError(`there is no role ${JSON.stringify(role)}`);
        }
        return listUsers(ctx, { text: query, role, status }, { limit, cursor });
      });
      const items = page.items.map(viewAccount);
      process.stdout.write(
        json
          ? `${JSON.stringify({ items, next_cursor: page.nextCursor }, null, 2)}\n`
          : asTable(items),
      );
      if (page.nextCursor !== null && !json) {
        process.stderr.write(`There are more accounts: add --cursor ${page.nextCursor}\n`);
      }
    });
}

function asTable(items: readonly AccountView[]): string {
  if (items.length === 0) return "no accounts found\n";
  const lines = tableWithHeadings([
    ["ID", "EMAIL", "VERIFIED", "USERNAME", "NAME", "STATUS", "ROLES", "CREATED"],
    ...items.map((user) => [
      user.id,
      user.email,
      user.email_verified ? "yes" : "no",
      user.username ?? "-",
      user.name ?? "-",
      user.status,
      user.roles.join(","),
      user.created_at,
    ]),
  ]);
  return `${lines.join("\n")}\n`;
}
