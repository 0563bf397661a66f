import { Type } from "@sinclair/typebox";

import { AppError } from "../../kernel/errors.ts";
import { parseRfc3339 } from "../../kernel/rfc3339.ts";

/** A timestamp as received, in RFC 3339; `parseTimestamp` reads it. */
export function timestampSchema(description: string) {
  return Type.String({
    description,
    format: "date-time",
    // The framework's own check of the format accepts a few other notations as well.
    pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,9})?(?:Z|[+-]\\d{2}:\\d{2})$",
    maxLength: 40,
    examples: ["2026-01-31T12:00:00Z"],
  });
}

/** The time of a string of that schema. Throws `VALIDATION_ERROR` for one that does not exist, such as February 30. */
export function parseTimestamp(text: string, field: string): Date {
  const timestamp = parseRfc3339(text);
  if (timestamp === null) {
    throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
      faults: [{ field, issue: "Must be an RFC 3339 date-time." }],
    });
  }
  return timestamp;
}
