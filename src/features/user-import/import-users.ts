import type { FieldFault } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { roles } from "../roles/index.ts";
import { createEarlierLines } from "./earlier-lines.ts";
import { findObstacles } from "./find-obstacles.ts";
import type { Line } from "./lines.ts";
import { parseUser } from "./parse-user.ts";
import { type NumberedUser, writeBatch } from "./write-batch.ts";

/** A line that is not imported, and why. The faults repeat nothing of it. */
export interface LineFault {
  readonly number: number;
  readonly faults: readonly FieldFault[];
}

/** The number of accounts created, of accounts that existed before and do not change, and of lines refused. */
export interface ImportCounts {
  readonly imported: number;
  readonly present: number;
  readonly refused: number;
}

/** The options of an import. */
export interface ImportOptions {
  /** Reports what an import would do, and writes nothing. */
  readonly isDryRun: boolean;
  /** Called for every refused line, in the order of their numbers. */
  readonly onFault: (fault: LineFault) => void;
}

const batchSize = 500;

/** So many batches leave some 40 MB of garbage, which takes about 30 ms to collect. */
const batchesPerCollection = 10;

/**
 * Creates accounts from lines of JSON, a batch at a time. Lines at fault are left out, and lines whose address has an account:
 * so an import that was interrupted is simply run again.
 */
export async function importUsers(
  ctx: Context,
  lines: AsyncIterable<Line>,
  { isDryRun, onFault }: ImportOptions,
): Promise<ImportCounts> {
  const knownRoles = new Set(
    (await ctx.db.select({ name: roles.name }).from(roles)).map(({ name }) => name),
  );
  const earlier = createEarlierLines();
  const counts = { imported: 0, present: 0, refused: 0 };
  let batch: NumberedUser[] = [];
  let faults: LineFault[] = [];
  let batches = 0;

  const read = ({ number, text }: Line): void => {
    if (text?.trim() === "") return;
    const parsed = text === null ? { faults: unreadable } : parseUser(text, knownRoles);
    const found = "user" in parsed ? earlier.findFaults(number, parsed.user) : parsed.faults;
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
    // By itself the collector waits for as much garbage as there is live data, which includes the embedded engine's 128 MB,
    // counted twice. Collections in the background do not keep up.
    if (batches % batchesPerCollection === 0) Bun.gc(true);
  };

  for await (const line of lines) {
    read(line);
    if (batch.length + faults.length >= batchSize) await finishBatch();
  }
  await finishBatch();
  return counts;
}

const unreadable: FieldFault[] = [{ field: "line", issue: "Is not UTF-8, or longer than 64 KiB." }];
const usernameTaken: FieldFault = {
  field: "username",
  issue: "Belongs to another user, or looks like another user's.",
};
/** The account that had the address or the username was changed or deleted meanwhile. */
const overtaken: FieldFault = {
  field: "line",
  issue: "Was changed by another process meanwhile: import it again.",
};
