import { bcryptCostOf, compareWithDummy, highestCost, lowestCost } from "./bcrypt.ts";
import { type Candidate, type Comparison, findComparison } from "./comparison.ts";
import { bcryptEffort, createEffortMeter, unitsOfCost } from "./effort.ts";
import { formsOfBcrypt } from "./imported/bcrypt-of-others.ts";
import { createLane, type Lane } from "./lane.ts";
import type { PasswordHasher } from "./port.ts";

/** A comparison of about 15 ms: long enough to measure how long a unit takes. */
const calibrationCost = 8;

/** How many expensive comparisons may wait: one takes seconds at most, and a client does not wait for more of them. */
const expensiveWaiting = 8;

/**
 * bcrypt at the given cost on Bun's thread pool: `concurrency` operations at once and `waiting` more in a queue. It also
 * verifies imported hashes; those that take more work than the cost have a lane of their own, with one at once.
 */
export function createBcryptHasher(options: {
  cost: number;
  concurrency: number;
  waiting: number;
}): PasswordHasher {
  const { cost, concurrency, waiting } = options;
  const ordinaryLane = createLane({ concurrency, waiting });
  const expensiveLane = createLane({
    concurrency: 1,
    waiting: Math.min(waiting, expensiveWaiting),
  });
  const meter = createEffortMeter();
  /** The measurements that run, by kind. */
  const measurements = new Map<string, Promise<void>>();
  /** The work of the configured cost, or of a higher one at which this service hashed before its operator lowered it. */
  let ownUnits = unitsOfCost(cost);
  /** The most work of one form of an imported bcrypt hash of at most that cost. */
  let importedBcryptUnits = 0;

  const spend = (password: string, spentCost: number): Promise<boolean> =>
    meter.run(bcryptEffort(spentCost), () => compareWithDummy(password, spentCost));

  /** Measures the work of a kind of hash when it is first compared, since its lane depends on it. */
  async function measure({ effort, matches }: Comparison): Promise<void> {
    if (meter.isMeasured(effort)) return;
    const { kind } = effort;
    const measurement =
      measurements.get(kind) ??
      expensiveLane
        .run({ source: "measurement", account: kind, signal: undefined }, async () => {
          if (!meter.isCalibrated) await spend("", Math.min(cost, calibrationCost));
          await meter.run(effort, () => matches("measurement"));
        })
        .finally(() => measurements.delete(kind));
    measurements.set(kind, measurement);
    await measurement;
  }

  /** The work of a refusal in the ordinary lane, for every account: the time does not show which hash is stored. */
  function unitsOfRefusal({ password, typed }: Candidate): number {
    return Math.max(ownUnits, importedBcryptUnits * formsOfBcrypt(password, typed).length);
  }

  function learn({ isImported, effort }: Comparison): void {
    const units = meter.unitsOf(effort);
    if (!isImported) ownUnits = Math.max(ownUnits, units);
    else if (effort.bcryptCost !== null && units <= ownUnits) {
      importedBcryptUnits = Math.max(importedBcryptUnits, units);
    }
  }

  function laneOf(comparison: Comparison | null, candidate: Candidate): Lane {
    if (comparison === null) return ordinaryLane;
    const units = meter.unitsOf(comparison.effort) * comparison.forms.length;
    return units > unitsOfRefusal(candidate) ? expensiveLane : ordinaryLane;
  }

  async function compare(comparison: Comparison | null, candidate: Candidate): Promise<boolean> {
    let spentUnits = 0;
    if (comparison !== null) {
      const { effort, forms, matches } = comparison;
      for (const form of forms) {
        if (await meter.run(effort, () => matches(form))) return true;
        spentUnits += meter.unitsOf(effort);
      }
    }
    await spendUnits(candidate.password, unitsOfRefusal(candidate) - spentUnits);
    return false;
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
    load: () => ({ ordinary: ordinaryLane.load(), expensive: expensiveLane.load() }),
    assertPlace: (admission) => ordinaryLane.assertPlace(admission),
    hash: (password, admission) =>
      ordinaryLane.run(admission, () => Bun.password.hash(password, { algorithm: "bcrypt", cost })),
    async verify(password, hash, admission, typed = password) {
      const candidate = { password, typed };
      const comparison = findComparison(candidate, hash);
      if (comparison !== null) {
        await measure(comparison);
        learn(comparison);
      }
      const lane = laneOf(comparison, candidate);
      return lane.run(admission, async () => {
        const mayStart = (await admission.mayStart?.()) ?? true;
        return mayStart && compare(comparison, candidate);
      });
    },
    isOutdated: (hash) => {
      const ownCost = bcryptCostOf(hash);
      return ownCost === null || ownCost < cost;
    },
  };
}
