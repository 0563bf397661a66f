const secondsOfUnit: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1 };

/**
 * The seconds of a duration such as `30s`, `15m`, `24h` or `7d`, or null. The form is strict: one whole number without
 * leading zeros and one unit. `15`, `1.5h` and `1h30m` are null.
 */
export function parseDurationSeconds(text: string): number | null {
  const [, amount, unit] = /^(0|[1-9]\d*)([smhd])$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return null;
  const seconds = Number(amount) * (secondsOfUnit[unit] ?? Number.NaN);
  return Number.isSafeInteger(seconds) ? seconds : null;
}

const secondsOfWeek = 604_800;

/** A duration that `parseDurationSeconds` reads as these whole seconds, in days from a week on: `90s`, `24h`, `72h`, `7d`. */
export function formatDurationSeconds(seconds: number): string {
  if (seconds === 0) return "0s";
  for (const [unit, unitSeconds] of Object.entries(secondsOfUnit)) {
    if (unit === "d" && seconds < secondsOfWeek) continue;
    if (seconds % unitSeconds === 0) return `${seconds / unitSeconds}${unit}`;
  }
  throw new RangeError("a duration must be a whole number of seconds");
}
