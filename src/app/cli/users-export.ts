import { Command } from "commander";

import { exportUsers } from "../../features/user-import/index.ts";
import { asOperator } from "./as-operator.ts";

/** `gatehouse users export`: prints all accounts as lines of JSON, the format that `users import` reads. */
export function usersExportCommand(): Command {
  return new Command("export")
    .description("print all accounts with their password hashes, one JSON object per line")
    .action((_options: unknown, command: Command) =>
      asOperator(command, async (ctx) => {
        for await (const lines of exportUsers(ctx)) {
          if (!(await print(lines))) return;
        }
      }),
    );
}

/** Resolves when the text was written, so that memory does not fill up; false when the pipe was closed. */
function print(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => resolve(!error));
  });
}
