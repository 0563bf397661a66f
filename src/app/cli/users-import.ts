import { open, type FileHandle } from "node:fs/promises";

import { Command } from "commander";

import {
  type ImportCounts,
  importUsers,
  type LineFault,
  readLines,
} from "../../features/user-import/index.ts";
import { errorCode } from "../../platform/config/read-given.ts";
import { asOperator } from "./as-operator.ts";
import { CommandError, exitCodes } from "./exit.ts";

/** `gatehouse users import FILE [--dry-run]`: creates accounts from lines of JSON. */
export function usersImportCommand(): Command {
  return new Command("import")
    .description(
      "create accounts from a file with one JSON object per line; existing accounts are not changed",
    )
    .argument("<file>", "the file, in the format of `users export`")
    .option("--dry-run", "only report what would be imported, and which lines are not valid")
    .action(async (path: string, { dryRun }: { dryRun?: true }, command: Command) => {
      const isDryRun = dryRun === true;
      const file = await openFile(path);
      const lines = readLines(file.createReadStream());
      const counts = await asOperator(command, (ctx) =>
        importUsers(ctx, lines, { isDryRun, onFault: printFault }),
      );
      process.stdout.write(summaryOf(counts, isDryRun));
      if (counts.refused > 0) {
        throw new CommandError("some lines are not valid: correct them and import the file again");
      }
    });
}

async function openFile(path: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    throw new CommandError(`file not readable (${errorCode(error)})`, exitCodes.usage);
  }
  if (!(await file.stat()).isDirectory()) return file;
  await file.close();
  throw new CommandError("file not readable (EISDIR)", exitCodes.usage);
}

function printFault({ number, faults }: LineFault): void {
  const issues = faults.map(({ field, issue }) =>
    field === "line" ? issue : `${field}: ${issue}`,
  );
  process.stdout.write(`line ${number}: ${issues.join(" ")}\n`);
}

function summaryOf({ imported, present, refused }: ImportCounts, isDryRun: boolean): string {
  const verb = isDryRun ? "would import" : "imported";
  return `${verb} ${imported}, already there ${present}, refused ${refused}\n`;
}
