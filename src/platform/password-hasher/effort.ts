import { monotonicMilliseconds } from "../../kernel/clock.ts";
import { highestCost, lowestCost } from "./bcrypt.ts";

/** The work of a comparison. For bcrypt it follows from the cost; other hashes of the same kind take the same work. */
export interface Effort {
  readonly kind: string;
  readonly bcryptCost: number | null;
}

/** Measures the work of comparisons, in units: one unit is a bcrypt comparison at the lowest cost. */
export interface EffortMeter {
  /** Runs a comparison and measures its time. */
  run(effort: Effort, compare: () => Promise<boolean>): Promise<boolean>;
  /** The units of a comparison; 0 for a kind that was not measured yet. */
  unitsOf(effort: Effort): number;
  /** Whether the units of a comparison are known. Those of bcrypt follow from the cost. */
  isMeasured(effort: Effort): boolean;
  /** Whether the time of a unit was measured. */
  readonly isCalibrated: boolean;
}

/** The most that an accepted hash takes. A longer measured time includes waiting. */
const mostUnits = unitsOfCost(highestCost);

/** The effort of a bcrypt comparison at a cost. */
export function bcryptEffort(cost: number): Effort {
  return { kind: `bcrypt:${cost}`, bcryptCost: cost };
}

/**
 * The work of kinds other than bcrypt is estimated from the shortest measured times, because other load only adds to them.
 * The times are converted to units of work, not to pauses, so that load on the machine affects both in the same way.
 */
export function createEffortMeter(): EffortMeter {
  let unitMilliseconds = Number.POSITIVE_INFINITY;
  const leastMilliseconds = new Map<string, number>();

  function unitsOf({ kind, bcryptCost }: Effort): number {
    if (bcryptCost !== null) return unitsOfCost(bcryptCost);
    const units = Math.round((leastMilliseconds.get(kind) ?? 0) / unitMilliseconds);
    return Math.min(units, mostUnits);
  }

  return {
    get isCalibrated() {
      return Number.isFinite(unitMilliseconds);
    },
    async run(effort, compare) {
      const startedAt = monotonicMilliseconds();
      const matches = await compare();
      const milliseconds = monotonicMilliseconds() - startedAt;
      const { kind, bcryptCost } = effort;
      if (bcryptCost === null) {
        leastMilliseconds.set(
          kind,
          Math.min(milliseconds, leastMilliseconds.get(kind) ?? Infinity),
        );
      } else {
        unitMilliseconds = Math.min(unitMilliseconds, milliseconds / unitsOfCost(bcryptCost));
      }
      return matches;
    },
    unitsOf,
    isMeasured: ({ kind, bcryptCost }) => bcryptCost !== null || leastMilliseconds.has(kind),
  };
}

/** The units of a bcrypt comparison. Each step of the cost doubles them. */
export function unitsOfCost(bcryptCost: number): number {
  return 2 ** (bcryptCost - lowestCost);
}
