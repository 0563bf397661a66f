import { Command } from "commander";

import {
  type ImportCounts,
  importUsers,
  type LineFault,
  readForeignUsers,
  readUsers,
} from "../../features/user-import/index.ts";
import { asOperator } from "./as-operator.ts";
import { CommandError } from "./exit.ts";
import { openInput } from "./input-file.ts";
import { lossLines } from "./loss-lines.ts";
import { createProgress } from "./progress.ts";
import { openSource, readSourceName, type SourceOptions } from "./users-import-source.ts";

interface ImportOptions extends SourceOptions {
  readonly dryRun?: true;
}

/** `gatehouse users import FILE|- [--from SERVICE] [--dry-run]`: creates accounts from a file. */
export function usersImportCommand(): Command {
  return new Command("import")
    .description(
      "create accounts from a file with one JSON object per line, or from another service's export; existing accounts are not changed",
    )
    .argument("<file>", "the file, in the format of `users export`; - is standard input")
    .option("--dry-run", "only report what would be imported, and which lines are not valid")
    .option(
      "--from <service>",
      "the service that exported the file: auth0, supabase, keycloak, fastapi-users, firebase",
      readSourceName,
    )
    .option("--password-hashes <file>", "with --from auth0: the export of password hashes")
    .option("--hash-config <file>", "with --from firebase: the password hash parameters")
    .action(async (path: string, options: ImportOptions, command: Command) => {
      const isDryRun = options.dryRun === true;
      const source = await openSource(path, options);
      const chunks = await openInput(path, "<file>");
      const { counts, unit } = await asOperator(command, async (ctx) => {
        const file =
          source === null ? readUsers(chunks) : await readForeignUsers(ctx, source, chunks);
        const progress = createProgress(process.stderr, `${file.unit}s read`);
        const onFault = (fault: LineFault): void => {
          progress.clear();
          printFault(file.unit, fault);
        };
        const onProgress = (count: number): void => progress.show(count);
        const isForeign = source !== null;
        const importOptions = { isDryRun, isForeign, onFault, onProgress };
        const counts = await importUsers(ctx, file, importOptions).finally(() => progress.clear());
        return { counts, unit: file.unit };
      });
      process.stdout.write(summaryOf(counts, isDryRun));
      if (counts.refused > 0) {
        throw new CommandError(
          `some ${unit}s are not valid: correct them and import the file again`,
        );
      }
    });
}

function printFault(unit: string, { number, faults }: LineFault): void {
  const issues = faults.map(({ field, issue }) =>
    field === "line" ? issue : `${field}: ${issue}`,
  );
  process.stdout.write(`${unit} ${number}: ${issues.join(" ")}\n`);
}

function summaryOf(counts: ImportCounts, isDryRun: boolean): string {
  const { imported, present, refused, losses, leftOut } = counts;
  const verb = isDryRun ? "would import" : "imported";
  const omitted = [...leftOut].map(([kind, count]) => `${kind}: ${count} not imported\n`).join("");
  const totals = `${verb} ${imported}, already there ${present}, refused ${refused}\n`;
  return `${lossLines(losses, "had", "not imported")}${omitted}${totals}`;
}
