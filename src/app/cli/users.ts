import { Command } from "commander";

import { usersCreateCommand } from "./users-create.ts";
import { usersExportCommand } from "./users-export.ts";
import { usersImportCommand } from "./users-import.ts";
import { usersListCommand } from "./users-list.ts";
import { usersRevokeSessionsCommand } from "./users-revoke-sessions.ts";
import { usersRolesCommand } from "./users-roles.ts";
import { usersSetPasswordCommand } from "./users-set-password.ts";
import { usersShowCommand } from "./users-show.ts";
import { userVerbCommands } from "./users-verbs.ts";

const subcommands = [
  usersListCommand,
  usersShowCommand,
  usersCreateCommand,
  usersRolesCommand,
  usersSetPasswordCommand,
  ...userVerbCommands,
  usersRevokeSessionsCommand,
  usersImportCommand,
  usersExportCommand,
];

/** `gatehouse users …`: administration of accounts. */
export function usersCommand(): Command {
  const users = new Command("users").description(
    "list, create, change, delete, import and export accounts",
  );
  for (const subcommand of subcommands) users.addCommand(subcommand());
  return users;
}
