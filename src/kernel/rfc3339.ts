const format =
  /^(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** The time of an RFC 3339 date-time, to the millisecond; null for another text, or a day that does not exist. */
export function parseRfc3339(text: string): Date | null {
  const [matched, year, month, day] = format.exec(text) ?? [];
  if (matched === undefined) return null;
  const exists = Number(day) > 0 && Number(day) <= daysOfMonth(Number(year), Number(month));
  return exists ? new Date(text) : null;
}

/** 0 for a month that does not exist. */
function daysOfMonth(year: number, month: number): number {
  if (month < 1 || month > 12) return 0;
  const lastDay = new Date(0);
  // `Date.UTC` reads a year before 100 as one of the twentieth century.
  lastDay.setUTCFullYear(year, month, 0);
  return lastDay.getUTCDate();
}
