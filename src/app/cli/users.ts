import { Command } from "commander";

import { usersExportCommand } from "./users-export.ts";
import { usersImportCommand } from "./users-import.ts";
import { usersListCommand } from "./users-list.ts";
import { usersShowCommand } from "./users-show.ts";
import { userVerbCommands } from "./users-verbs.ts";

const subcommands = [
  usersListCommand,
  usersShowCommand,
  ...userVerbCommands,
  usersImportCommand,
  usersExportCommand,
];

/** `gatehouse users …`: administration of accounts. */
export function usersCommand(): Command {
  const users = new Command("users").description(
    "list, show, disable, delete, import and export accounts",
  );
  for (const subcommand of subcommands) users.addCommand(subcommand());
  return users;
}
