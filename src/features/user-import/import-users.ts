import type { FieldFault } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { roles } from "../roles/index.ts";
import { createEarlierLines } from "./earlier-lines.ts";
import type { Entry, Loss, UsersFile } from "./entries.ts";
import { findObstacles, type Obstacle } from "./find-obstacles.ts";
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
  /** How many of the accounts created had what is not imported. */
  readonly losses: ReadonlyMap<Loss, number>;
  /** The accounts of kinds that are not imported, by kind. */
  readonly leftOut: ReadonlyMap<string, number>;
}

/** The options of an import. */
export interface ImportOptions {
  /** Reports what an import would do, and writes nothing. */
  readonly isDryRun: boolean;
  /** Whether the file is another service's: its rules for profiles are others (`ParseOptions`). */
  readonly isForeign: boolean;
  /** Called for every refused line, in the order of their numbers. */
  readonly onFault: (fault: LineFault) => void;
  /** Called with the number of the users read so far, after each batch. */
  readonly onProgress?: (count: number) => void;
}

const batchSize = 500;

/** So many batches leave some 40 MB of garbage, which takes about 30 ms to collect. */
const batchesPerCollection = 10;

/**
 * Creates the accounts of a file, a batch at a time. Lines at fault are left out, and lines whose address has an account: so an
 * import that was interrupted is simply run again.
 */
export async function importUsers(
  ctx: Context,
  { unit, entries }: UsersFile,
  { isDryRun, isForeign, onFault, onProgress }: ImportOptions,
): Promise<ImportCounts> {
  const knownRoles = new Set(
    (await ctx.db.select({ name: roles.name }).from(roles)).map(({ name }) => name),
  );
  const parseOptions = { knownRoles, isForeign, now: ctx.clock.now() };
  const earlier = createEarlierLines(unit);
  const counts = { imported: 0, present: 0, refused: 0 };
  const losses = new Map<Loss, number>();
  const leftOut = new Map<string, number>();
  let batch: LosingUser[] = [];
  let faults: LineFault[] = [];
  let read = 0;
  let batches = 0;

  const take = ({ number, content }: Entry): void => {
    read += 1;
    if ("leftOut" in content) {
      addOne(leftOut, content.leftOut);
      return;
    }
    const parsed = "faults" in content ? content : parseUser(content.members, parseOptions);
    const found = "user" in parsed ? earlier.findFaults(number, parsed.user) : parsed.faults;
    const isUnnamed = isForeign && found.length > 0 && found.every(isOfUsername);
    if (found.length > 0 && !isUnnamed) faults.push({ number, faults: found });
    else if ("user" in parsed && "losses" in content) {
      const user = { ...parsed.user, number, losses: [...content.losses, ...parsed.losses] };
      batch.push(isUnnamed ? withoutUsername(user) : user);
    }
  };
  const write = async (users: readonly LosingUser[]) => {
    const written = isDryRun ? new Set<number>() : await writeBatch(ctx, users);
    const left = users.filter(({ number }) => !written.has(number));
    return { written, obstacles: await findObstacles(ctx, left) };
  };
  const finishBatch = async (): Promise<void> => {
    const { written, obstacles } = await write(batch);
    // Other services take usernames that look alike for different ones.
    const taken = obstacles.filter(({ obstacle }) => isForeign && obstacle === "username taken");
    const unnamed = new Set(taken.map(({ number }) => number));
    batch = batch.map((user) => (unnamed.has(user.number) ? withoutUsername(user) : user));
    const again = await write(batch.filter(({ number }) => unnamed.has(number)));
    const imported = new Set([...written, ...again.written]);
    const final = obstacles.filter(({ number }) => !unnamed.has(number));
    for (const { number, obstacle } of [...final, ...again.obstacles]) {
      if (obstacle === "present") counts.present += 1;
      else if (obstacle === null && isDryRun) imported.add(number);
      else faults.push({ number, faults: [obstacle === null ? overtaken : faultsOf[obstacle]] });
    }
    counts.imported += imported.size;
    counts.refused += faults.length;
    for (const { number, losses: lost } of batch) {
      if (imported.has(number)) for (const loss of new Set(lost)) addOne(losses, loss);
    }
    for (const fault of faults.toSorted((a, b) => a.number - b.number)) onFault(fault);
    onProgress?.(read);
    batch = [];
    faults = [];
    batches += 1;
    // By itself the collector waits for as much garbage as there is live data, which includes the embedded engine's 128 MB,
    // counted twice. Collections in the background do not keep up.
    if (batches % batchesPerCollection === 0) Bun.gc(true);
  };

  for await (const entry of entries) {
    take(entry);
    if (batch.length + faults.length >= batchSize) await finishBatch();
  }
  await finishBatch();
  return { ...counts, losses, leftOut };
}

/** A user with what is not imported of them. */
type LosingUser = NumberedUser & { readonly losses: readonly Loss[] };

const lostUsername: Loss = "a username that another user has, or one that looks like it";

function withoutUsername(user: LosingUser): LosingUser {
  return { ...user, username: null, losses: [...user.losses, lostUsername] };
}

function isOfUsername({ field }: FieldFault): boolean {
  return field === "username";
}

function addOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const faultsOf: Readonly<Record<Exclude<Obstacle, "present">, FieldFault>> = {
  "email taken": { field: "email", issue: "Belongs to an account with another id." },
  "id taken": {
    field: "id",
    issue: "Belongs to an account with another address, or to a deleted one.",
  },
  "username taken": {
    field: "username",
    issue: "Belongs to another user, or looks like another user's.",
  },
};
/** The account that had the address or the username was changed or deleted meanwhile. */
const overtaken: FieldFault = {
  field: "line",
  issue: "Was changed by another process meanwhile: import it again.",
};
