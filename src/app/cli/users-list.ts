import { Command, Option } from "commander";

import {
  listUsers,
  type UserFilter,
  viewAccount,
} from "../../features/user-administration/index.ts";
import { asOperator } from "./as-operator.ts";
import { readCount, readUsersCursor } from "./read-arguments.ts";
import { tableLines } from "./table.ts";

interface UsersListOptions {
  readonly query?: string;
  readonly role?: string;
  readonly status?: NonNullable<UserFilter["status"]>;
  readonly limit: number;
  readonly cursor?: string;
  readonly json?: true;
}

type AccountView = ReturnType<typeof viewAccount>;

/** `gatehouse users list`: accounts, the newest first. */
export function usersListCommand(): Command {
  const statuses = ["active", "disabled", "unverified", "deleted"];
  return new Command("list")
    .description("list accounts, the newest first; the deleted ones only when asked for")
    .option("--query <text>", "only those with this in their address, username or name")
    .option("--role <name>", "only those with this role")
    .addOption(new Option("--status <status>", "only those").choices(statuses))
    .option("--limit <count>", "how many at most", readCount(1, 1000), 50)
    .option("--cursor <cursor>", "go on where another list ended", readUsersCursor)
    .option("--json", "print it for programs, as one JSON object")
    .action(async (options: UsersListOptions, command: Command) => {
      const { query = null, role = null, status = null, limit, cursor = null, json } = options;
      const page = await asOperator(command, (ctx) =>
        listUsers(ctx, { text: query, role, status }, { limit, cursor }),
      );
      const items = page.items.map(viewAccount);
      process.stdout.write(
        json
          ? `${JSON.stringify({ items, next_cursor: page.nextCursor }, null, 2)}\n`
          : asTable(items),
      );
      if (page.nextCursor !== null && !json) {
        process.stderr.write(`There are more: repeat it with --cursor ${page.nextCursor}\n`);
      }
    });
}

function asTable(items: readonly AccountView[]): string {
  if (items.length === 0) return "no such account\n";
  const lines = tableLines([
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
