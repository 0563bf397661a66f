import { Command } from "commander";

import { exportUsers } from "../../features/user-import/index.ts";
import { asOperator } from "./as-operator.ts";

/** `gatehouse users export`: all accounts as lines of JSON, which `users import` takes. */
export function usersExportCommand(): Command {
  return new Command("export")
    .description("print all accounts with their password hashes, a JSON object a line")
    .action((_options: unknown, command: Command) =>
      asOperator(command, async (ctx) => {
        for await (const lines of exportUsers(ctx)) {
          if (!(await print(lines))) return;
        }
      }),
    );
}

/** False when nobody reads it any more. Waits for who does, so that the accounts do not pile up here. */
function print(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => resolve(!error));
  });
}
