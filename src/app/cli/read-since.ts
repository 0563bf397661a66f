import { InvalidArgumentError } from "commander";

import { parseDurationSeconds } from "../../kernel/duration.ts";
import { parseRfc3339 } from "../../kernel/rfc3339.ts";

/** A time, or how long ago it is. */
export type Since = Date | { readonly seconds: number };

/** An RFC 3339 date-time, or a duration such as `24h`. Throws `InvalidArgumentError`, which Commander reports as wrong usage. */
export function readSince(text: string): Since {
  const seconds = parseDurationSeconds(text);
  if (seconds !== null) return { seconds };
  const time = parseRfc3339(text);
  if (time !== null) return time;
  throw new InvalidArgumentError(
    "It must be a time such as 2026-11-20T10:00:00Z, or 30m, 24h, 7d.",
  );
}
