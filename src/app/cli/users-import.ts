import { open } from "node:fs/promises";

import { Command } from "commander";

import {
  type ImportCounts,
  importUsers,
  type LineFault,
  readUsers,
} from "../../features/user-import/index.ts";
import { errorCode } from "../../platform/config/read-given.ts";
import { asOperator } from "./as-operator.ts";
import { CommandError, exitCodes } from "./exit.ts";
import { lossLines } from "./loss-lines.ts";
import { createProgress } from "./progress.ts";

/** `gatehouse users import FILE|- [--dry-run]`: creates accounts from lines of JSON. */
export function usersImportCommand(): Command {
  return new Command("import")
    .description(
      "create accounts from a file with one JSON object per line; existing accounts are not changed",
    )
    .argument("<file>", "the file, in the format of `users export`; - is standard input")
    .option("--dry-run", "only report what would be imported, and which lines are not valid")
    .action(async (path: string, { dryRun }: { dryRun?: true }, command: Command) => {
      const isDryRun = dryRun === true;
      const file = readUsers(await openFile(path));
      const progress = createProgress(process.stderr, `${file.unit}s read`);
      const onFault = (fault: LineFault): void => {
        progress.clear();
        printFault(file.unit, fault);
      };
      const counts = await asOperator(command, (ctx) =>
        importUsers(ctx, file, {
          isDryRun,
          isForeign: false,
          onFault,
          onProgress: (count) => progress.show(count),
        }).finally(() => progress.clear()),
      );
      process.stdout.write(summaryOf(counts, isDryRun));
      if (counts.refused > 0) {
        throw new CommandError(
          `some ${file.unit}s are not valid: correct them and import the file again`,
        );
      }
    });
}

/** The bytes of a file, or of standard input for `-`. */
async function openFile(path: string): Promise<AsyncIterable<Uint8Array>> {
  if (path === "-") return process.stdin;
  try {
    const file = await open(path);
    if (!(await file.stat()).isDirectory()) return file.createReadStream();
    await file.close();
  } catch (error) {
    throw new CommandError(`file not readable (${errorCode(error)})`, exitCodes.usage);
  }
  throw new CommandError("file not readable (EISDIR)", exitCodes.usage);
}

function printFault(unit: string, { number, faults }: LineFault): void {
  const issues = faults.map(({ field, issue }) =>
    field === "line" ? issue : `${field}: ${issue}`,
  );
  process.stdout.write(`${unit} ${number}: ${issues.join(" ")}\n`);
}

function summaryOf(
  { imported, present, refused, losses }: ImportCounts,
  isDryRun: boolean,
): string {
  const verb = isDryRun ? "would import" : "imported";
  return `${lossLines(losses, "had", "not imported")}${verb} ${imported}, already there ${present}, refused ${refused}\n`;
}
