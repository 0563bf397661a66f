/** Unit, its length in seconds, and the least number of them that reads well: "24 hours" rather than "1 day". */
const UNITS = [
  ["day", 86_400, 2],
  ["hour", 3_600, 1],
  ["minute", 60, 1],
] as const;

/** A length of time in words of the given language, in the largest unit that fits without a rest, such as "24 hours". */
export function durationWords(seconds: number, locale: string): string {
  const fitting = UNITS.find(([, size, least]) => seconds % size === 0 && seconds / size >= least);
  const [unit, size] = fitting ?? (["second", 1] as const);
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(
    seconds / size,
  );
}
