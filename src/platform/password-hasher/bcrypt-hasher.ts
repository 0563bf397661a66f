import { AppError } from "../../kernel/errors.ts";
import { bcryptCostOf, compareWithDummy, highestCost, lowestCost } from "./bcrypt.ts";
import { bcryptEffort, createEffortMeter, type Effort, unitsOfCost } from "./effort.ts";
import { formsOfBcrypt } from "./imported/bcrypt-of-others.ts";
import type { ImportedHash } from "./imported/hash-reader.ts";
import { parseImportedHash } from "./imported/imported-hash.ts";
import type { PasswordHasher } from "./port.ts";
import { createWorkQueue } from "./work-queue.ts";

/** A password to compare: in the form that is hashed here, and as it was typed. */
interface Candidate {
  readonly password: string;
  readonly typed: string;
}

/** A comparison of about 15 ms: long enough to measure how long a unit takes. */
const calibrationCost = 8;

/** Whether the password matched, and the units of work that the comparison took. */
interface Comparison {
  readonly matches: boolean;
  readonly spentUnits: number;
}

/**
 * bcrypt at the given cost on Bun's thread pool: `concurrency` operations at once and `waiting` more in a queue. Beyond that
 * it throws `OVERLOADED`, so that a flood of sign-ins does not block other requests. It also verifies imported hashes.
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
  /** The effort of comparisons with imported hashes, for every kind that was compared since the start. */
  const importedEfforts = new Map<string, Effort>();
  let ownUnits = unitsOfCost(cost);

  const spend = (password: string, spentCost: number): Promise<boolean> =>
    meter.run(bcryptEffort(spentCost), () => compareWithDummy(password, spentCost));

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

  /** The work of every failed comparison: that of the most expensive known hash. Otherwise the time would show which hash is stored. */
  function unitsOfFailure({ password, typed }: Candidate): number {
    const mostExpensive = Math.max(0, ...importedEfforts.values().map(meter.unitsOf));
    return Math.max(ownUnits, mostExpensive * formsOfBcrypt(password, typed).length);
  }

  /** Runs comparisons at the costs that add up to `units`, as the binary digits of a number do. */
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
        if (!matches) await spendUnits(password, unitsOfFailure(candidate) - spentUnits);
        return matches;
      }),
    isOutdated: (hash) => {
      const ownCost = bcryptCostOf(hash);
      return ownCost === null || ownCost < cost;
    },
  };
}
