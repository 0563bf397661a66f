import { addSeconds } from "../../kernel/clock.ts";
import type { Parsed } from "./fields.ts";

const format =
  /^(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** The clock of another machine may be ahead of this one's. */
const toleranceSeconds = 24 * 60 * 60;

/** An RFC 3339 date-time from 1970 to now, to the millisecond. */
export function parseCreatedAt(value: unknown, now: Date): Parsed<Date> {
  const issue = "Must be an RFC 3339 date-time from 1970 to now.";
  const text = typeof value === "string" ? value : "";
  const [matched, year, month, day] = format.exec(text) ?? [];
  if (matched === undefined || Number(day) > daysOfMonth(Number(year), Number(month)))
    return { issue };
  const time = new Date(text).getTime();
  const isPast = time >= 0 && time <= addSeconds(now, toleranceSeconds).getTime();
  return isPast && Number(day) > 0 ? { value: new Date(time) } : { issue };
}

/** 0 for a month that does not exist. */
function daysOfMonth(year: number, month: number): number {
  return month < 1 || month > 12 ? 0 : new Date(Date.UTC(year, month, 0)).getUTCDate();
}
