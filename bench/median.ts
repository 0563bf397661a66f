/** The middle of the numbers; of an even count the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The arithmetic mean of the numbers. */
export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Measures each in turn, and all again as often as asked, so that a change of the machine's mood meets all alike. */
export async function alternate<Name extends string>(
  rounds: number,
  measures: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number[]>> {
  const names = asNames<Name>(Object.keys(measures));
  const numbers = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) numbers.get(name)?.push(await measures[name]());
  }
  return asRecord(numbers);
}

function asNames<Name extends string>(keys: string[]): Name[] {
  return keys as Name[];
}

function asRecord<Name extends string>(numbers: Map<Name, number[]>): Record<Name, number[]> {
  return Object.fromEntries(numbers) as Record<Name, number[]>;
}
