import { addSeconds } from "../../kernel/clock.ts";
import { parseRfc3339 } from "../../kernel/rfc3339.ts";
import type { Parsed } from "./fields.ts";

/** The clock of another machine may be ahead of this one's. */
const toleranceSeconds = 24 * 60 * 60;

/** An RFC 3339 date-time from 1970 to now, to the millisecond. */
export function parseCreatedAt(value: unknown, now: Date): Parsed<Date> {
  const parsed = typeof value === "string" ? parseRfc3339(value) : null;
  const latest = addSeconds(now, toleranceSeconds);
  if (parsed !== null && parsed.getTime() >= 0 && parsed <= latest) return { value: parsed };
  return { issue: "Must be an RFC 3339 date-time from 1970 to now." };
}
