import { monotonicMilliseconds } from "../../kernel/clock.ts";
import { highestCost, lowestCost } from "./bcrypt.ts";

/** What a comparison takes: that of bcrypt follows from its cost, and all others of one kind take the same. */
export interface Effort {
  readonly kind: string;
  readonly bcryptCost: number | null;
}

/** Knows what comparisons take, counted in comparisons of bcrypt at the lowest cost (units). */
export interface EffortMeter {
  /** Makes a comparison, and learns from the time that it takes. */
  run(effort: Effort, compare: () => Promise<boolean>): Promise<boolean>;
  /** 0 for a kind that was not met yet. */
  unitsOf(effort: Effort): number;
  /** Whether it was learnt how long a unit takes. */
  readonly isCalibrated: boolean;
}

/** No hash that an import lets in takes more: a time beyond that was spent waiting. */
const mostUnits = unitsOfCost(highestCost);

/** The effort of bcrypt at a cost. */
export function bcryptEffort(cost: number): Effort {
  return { kind: `bcrypt:${cost}`, bcryptCost: cost };
}

/**
 * Learns what kinds other than bcrypt take by comparing the least times seen: whatever else the machine does only adds to
 * them. Those times are not used for pauses but turned into work, so that a busy machine stretches both alike.
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
  };
}

/** Each step of the cost doubles the work. */
export function unitsOfCost(bcryptCost: number): number {
  return 2 ** (bcryptCost - lowestCost);
}
