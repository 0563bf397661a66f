import { Command } from "commander";

import { countUnexported, exportUsers } from "../../features/user-import/index.ts";
import { asOperator } from "./as-operator.ts";
import { lossLines } from "./loss-lines.ts";
import { createProgress } from "./progress.ts";

const neverExported =
  "not exported: deleted users, sessions, posts, clients, and what roles permit\n";

/** `gatehouse users export`: prints all accounts as lines of JSON, the format that `users import` reads. */
export function usersExportCommand(): Command {
  return new Command("export")
    .description("print all accounts with their password hashes, one JSON object per line")
    .action((_options: unknown, command: Command) =>
      asOperator(command, async (ctx) => {
        const progress = createProgress(process.stderr, "users exported");
        let exported = 0;
        for await (const { text, count } of exportUsers(ctx)) {
          if (!(await print(text))) return;
          exported += count;
          // Lines on a terminal show the progress themselves.
          if (!process.stdout.isTTY) progress.show(exported);
        }
        progress.clear();
        const losses = lossLines(await countUnexported(ctx), "have", "not exported");
        const users = exported === 1 ? "user" : "users";
        process.stderr.write(`exported ${exported} ${users}\n${losses}${neverExported}`);
      }),
    );
}

/** Resolves when the text was written, so that memory does not fill up; false when the pipe was closed. */
function print(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    process.stdout.write(text, (error) => resolve(!error));
  });
}
