import { Type } from "@sinclair/typebox";

import { AppError } from "../../kernel/errors.ts";

/** A moment as received, in RFC 3339; `parseTimestamp` reads it. */
export function timestampSchema(description: string) {
  return Type.String({
    description,
    format: "date-time",
    // The framework's own form of the format takes a few others as well.
    pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,9})?(?:Z|[+-]\\d{2}:\\d{2})$",
    maxLength: 40,
    examples: ["2026-01-31T12:00:00Z"],
  });
}

/** The moment that a text of that schema names. Throws `VALIDATION_ERROR` for one that there never was. */
export function parseTimestamp(text: string, field: string): Date {
  const timestamp = new Date(text);
  if (Number.isNaN(timestamp.getTime())) {
    throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
      faults: [{ field, issue: "Is not a moment." }],
    });
  }
  return timestamp;
}
