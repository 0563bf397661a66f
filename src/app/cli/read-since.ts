import { InvalidArgumentError } from "commander";

import { parseDurationSeconds } from "../../kernel/duration.ts";

/** A time, or how long ago it is. */
export type Since = Date | { readonly seconds: number };

const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** An RFC 3339 date-time, or a duration such as `24h`. Throws `InvalidArgumentError`, which Commander reports as wrong usage. */
export function readSince(text: string): Since {
  const seconds = parseDurationSeconds(text);
  if (seconds !== null) return { seconds };
  const time = new Date(timePattern.test(text) ? text : Number.NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw new InvalidArgumentError(
    "It must be a time such as 2026-11-20T10:00:00Z, or 30m, 24h, 7d.",
  );
}
