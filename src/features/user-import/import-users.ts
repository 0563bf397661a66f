import type { FieldFault } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { roles } from "../roles/index.ts";
import { rememberLines } from "./earlier-lines.ts";
import { findObstacles } from "./find-obstacles.ts";
import type { Line } from "./lines.ts";
import { parseUser } from "./parse-user.ts";
import { type NumberedUser, writeBatch } from "./write-batch.ts";

/** A line that is not imported, and why; nothing of it is repeated. */
export interface LineFault {
  readonly number: number;
  readonly faults: readonly FieldFault[];
}

/** What became of the lines: accounts made, accounts that were there and stay as they are, and lines refused. */
export interface ImportCounts {
  readonly imported: number;
  readonly present: number;
  readonly refused: number;
}

/** How to import. */
export interface ImportOptions {
  /** Only tells what would be. */
  readonly isDryRun: boolean;
  /** Told of every refused line, in the order of their numbers. */
  readonly onFault: (fault: LineFault) => void;
}

const batchSize = 500;

/** They leave some 40 MB of garbage, which takes about 30 ms to clear. */
const batchesPerCollection = 10;

/**
 * Makes accounts of lines of JSON, a batch at a time. Lines at fault are left out, and those whose address has an account:
 * so an import that ended half-way is simply done again.
 */
export async function importUsers(
  ctx: Context,
  lines: AsyncIterable<Line>,
  { isDryRun, onFault }: ImportOptions,
): Promise<ImportCounts> {
  const knownRoles = new Set(
    (await ctx.db.select({ name: roles.name }).from(roles)).map(({ name }) => name),
  );
  const earlier = rememberLines();
  const counts = { imported: 0, present: 0, refused: 0 };
  let batch: NumberedUser[] = [];
  let faults: LineFault[] = [];
  let batches = 0;

  const judge = ({ number, text }: Line): void => {
    if (text?.trim() === "") return;
    const parsed = text === null ? { faults: unreadable } : parseUser(text, knownRoles);
    const found = "user" in parsed ? earlier.judge(number, parsed.user) : parsed.faults;
    if (found.length > 0) faults.push({ number, faults: found });
    else if ("user" in parsed) batch.push({ ...parsed.user, number });
  };
  const finishBatch = async (): Promise<void> => {
    const written = isDryRun ? null : await writeBatch(ctx, batch);
    const left = batch.filter(({ number }) => written?.has(number) !== true);
    counts.imported += batch.length - left.length;
    for (const { number, obstacle } of await findObstacles(ctx, left)) {
      if (obstacle === "present") counts.present += 1;
      else if (obstacle === "username taken") faults.push({ number, faults: [usernameTaken] });
      else if (isDryRun) counts.imported += 1;
      else faults.push({ number, faults: [overtaken] });
    }
    counts.refused += faults.length;
    for (const fault of faults.toSorted((a, b) => a.number - b.number)) onFault(fault);
    batch = [];
    faults = [];
    batches += 1;
    // The collector takes the embedded engine's 128 MB for live data, twice, and of itself waits for as much garbage.
    // Asked for in the background, collections do not keep up.
    if (batches % batchesPerCollection === 0) Bun.gc(true);
  };

  for await (const line of lines) {
    judge(line);
    if (batch.length + faults.length >= batchSize) await finishBatch();
  }
  await finishBatch();
  return counts;
}

const unreadable: FieldFault[] = [{ field: "line", issue: "Is not UTF-8, or longer than 64 KiB." }];
const usernameTaken: FieldFault = { field: "username", issue: "Somebody else has it." };
/** What stood in the way is gone again. */
const overtaken: FieldFault = {
  field: "line",
  issue: "Was overtaken by a change: import it again.",
};
