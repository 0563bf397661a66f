/** One line of the table: a number, and what it should be. */
export interface Result {
  /** Which of the performance targets, such as "P3". */
  readonly id: string;
  readonly what: string;
  /** The median of what was measured. */
  readonly value: number;
  readonly unit: string;
  /** Null for a figure without one. */
  readonly target: { readonly atMost: number } | { readonly atLeast: number } | null;
  /** Every round's number, in the order taken. */
  readonly rounds: readonly number[];
  /** What the number was compared with, in words. */
  readonly note?: string;
  /** Whether README.md has it; docs/performance.md has all. */
  readonly isHeadline?: boolean;
}

/** What a measurement may use. */
export interface Bench {
  /** How often each of a pair is measured. */
  readonly rounds: number;
}

/** A file of `bench/` that measures one thing. Adding one takes an entry in `main.ts`. */
export interface Measurement {
  readonly name: string;
  measure(bench: Bench): Promise<readonly Result[]>;
}

/** Whether a number is what it should be. */
export function meetsTarget({ value, target }: Result): boolean {
  if (target === null) return true;
  return "atMost" in target ? value <= target.atMost : value >= target.atLeast;
}
