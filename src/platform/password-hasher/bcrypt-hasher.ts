import { AppError } from "../../kernel/errors.ts";
import { bcryptCostOf, compareWithNone, highestCost, lowestCost } from "./bcrypt.ts";
import { bcryptEffort, createEffortMeter, type Effort, unitsOfCost } from "./effort.ts";
import { formsOfBcrypt } from "./imported/bcrypt-of-others.ts";
import type { ImportedHash } from "./imported/hash-reader.ts";
import { parseImportedHash } from "./imported/imported-hash.ts";
import type { PasswordHasher } from "./port.ts";
import { createWorkQueue } from "./work-queue.ts";

/** A password that is to be compared: as it is hashed here, and as it was typed. */
interface Candidate {
  readonly password: string;
  readonly typed: string;
}

/** Some 15 ms: enough to tell how long a unit takes. */
const calibrationCost = 8;

/** Whether it was the right password, and the units of work that finding out took. */
interface Comparison {
  readonly matches: boolean;
  readonly spentUnits: number;
}

/**
 * bcrypt at the given cost on Bun's thread pool, as many at once as `concurrency` and `waiting` more in a queue;
 * beyond that `OVERLOADED`, so that a flood of logins starves nothing else. Also verifies what other services hashed.
 */
export function createBcryptHasher(options: {
  cost: number;
  concurrency: number;
  waiting: number;
}): PasswordHasher {
  const { cost } = options;
  const queue = createWorkQueue({
    concurrency: options.concurrency,
    waiting: options.waiting,
    refuse: () =>
      new AppError("OVERLOADED", "Too many sign-ins at once. Please try again shortly.", {
        retryAfterSeconds: 5,
      }),
  });
  const meter = createEffortMeter();
  /** What comparisons with imported hashes take, of every kind that was met since the start. */
  const importedEfforts = new Map<string, Effort>();
  let ownUnits = unitsOfCost(cost);

  const spend = (password: string, spentCost: number): Promise<boolean> =>
    meter.run(bcryptEffort(spentCost), () => compareWithNone(password, spentCost));

  async function compareOwn(password: string, hash: string, ownCost: number): Promise<Comparison> {
    const effort = bcryptEffort(ownCost);
    const matches = await meter.run(effort, () => Bun.password.verify(password, hash));
    const spentUnits = meter.unitsOf(effort);
    ownUnits = Math.max(ownUnits, spentUnits);
    return { matches, spentUnits };
  }

  async function compareImported(
    { password, typed }: Candidate,
    { effort, formsOf, matches }: ImportedHash,
  ): Promise<Comparison> {
    if (!meter.isCalibrated) await spend(password, Math.min(cost, calibrationCost));
    importedEfforts.set(effort.kind, effort);
    let spentUnits = 0;
    for (const form of formsOf(password, typed)) {
      const isRight = await meter.run(effort, () => matches(form));
      spentUnits += meter.unitsOf(effort);
      if (isRight) return { matches: true, spentUnits };
    }
    return { matches: false, spentUnits };
  }

  async function compare(candidate: Candidate, hash: string | null): Promise<Comparison> {
    const nothing = { matches: false, spentUnits: 0 };
    if (hash === null || candidate.password === "") return nothing;
    const ownCost = bcryptCostOf(hash);
    if (ownCost !== null) return compareOwn(candidate.password, hash, ownCost);
    const imported = parseImportedHash(hash);
    return imported === null ? nothing : compareImported(candidate, imported);
  }

  /** What every refusal costs: as much as the dearest hash that may be stored, or the time would tell which ones are. */
  function unitsOfRefusal({ password, typed }: Candidate): number {
    const dearest = Math.max(0, ...importedEfforts.values().map(meter.unitsOf));
    return Math.max(ownUnits, dearest * formsOfBcrypt(password, typed).length);
  }

  /** Comparisons whose costs are the binary digits of what is left to spend. */
  async function spendUnits(password: string, units: number): Promise<void> {
    let left = units;
    for (let spentCost = highestCost; spentCost >= lowestCost; spentCost -= 1) {
      for (; left >= unitsOfCost(spentCost); left -= unitsOfCost(spentCost)) {
        await spend(password, spentCost);
      }
    }
  }

  return {
    hash: (password) => queue.run(() => Bun.password.hash(password, { algorithm: "bcrypt", cost })),
    verify: (password, hash, typed = password) =>
      queue.run(async () => {
        const candidate = { password, typed };
        const { matches, spentUnits } = await compare(candidate, hash);
        if (!matches) await spendUnits(password, unitsOfRefusal(candidate) - spentUnits);
        return matches;
      }),
    isOutdated: (hash) => {
      const ownCost = bcryptCostOf(hash);
      return ownCost === null || ownCost < cost;
    },
  };
}
