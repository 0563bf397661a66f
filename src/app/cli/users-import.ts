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

/** `gatehouse users import FILE [--dry-run]`: makes accounts of lines of JSON. */
export function usersImportCommand(): Command {
  return new Command("import")
    .description("make accounts of a file with a JSON object a line; those that are there stay")
    .argument("<file>", "what to read, such as what `users export` has written")
    .option("--dry-run", "only tell what would be imported, and which lines are at fault")
    .action(async (path: string, { dryRun }: { dryRun?: true }, command: Command) => {
      const isDryRun = dryRun === true;
      const file = await openFile(path);
      const lines = readLines(file.createReadStream());
      const counts = await asOperator(command, (ctx) =>
        importUsers(ctx, lines, { isDryRun, onFault: printFault }),
      );
      process.stdout.write(summaryOf(counts, isDryRun));
      if (counts.refused > 0) {
        throw new CommandError("some lines are at fault: mend them and import the file again");
      }
    });
}

async function openFile(path: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    throw new CommandError(`the file cannot be read (${errorCode(error)})`, exitCodes.usage);
  }
  if (!(await file.stat()).isDirectory()) return file;
  await file.close();
  throw new CommandError("the file cannot be read (EISDIR)", exitCodes.usage);
}

function printFault({ number, faults }: LineFault): void {
  const issues = faults.map(({ field, issue }) =>
    field === "line" ? issue : `${field}: ${issue}`,
  );
  process.stdout.write(`line ${number}: ${issues.join(" ")}\n`);
}

function summaryOf({ imported, present, refused }: ImportCounts, isDryRun: boolean): string {
  const made = isDryRun ? "would import" : "imported";
  return `${made} ${imported}, already there ${present}, refused ${refused}\n`;
}
