import { type Static, type TSchema, Type } from "@sinclair/typebox";

import { formatTimestamp } from "../../kernel/clock.ts";
import type { AppError } from "../../kernel/errors.ts";

const timestamp = Type.String({ format: "date-time", description: "RFC 3339, UTC." });

/** The `message` of a response. */
export const messageSchema = Type.String({
  description: "A sentence for people; its wording may change.",
});

const fault = Type.Object({ field: Type.String(), issue: Type.String() });

/**
 * The `error` of a failure, a named schema of its own: an operation's document narrows its `code` (`app/openapi`), and code
 * generators that merge two schemas keep the other members only if both refer to this one.
 */
export const errorBodySchema = Type.Object(
  {
    code: Type.String({ description: "A stable code, such as INVALID_CREDENTIALS." }),
    message: messageSchema,
    details: Type.Optional(
      Type.Object({
        field: Type.Optional(Type.String()),
        issue: Type.Optional(Type.String()),
        errors: Type.Optional(
          Type.Array(fault, { description: "All faults, if there are several." }),
        ),
      }),
    ),
  },
  { $id: "ApiErrorBody" },
);

/** The body of every error response under `/api/v1`. */
export const errorSchema = Type.Object(
  { success: Type.Literal(false), error: errorBodySchema, timestamp },
  { $id: "ApiError", description: "An error response; `error.code` states the cause." },
);

/** The schema of a success body around the schema of its `data`. */
export function successSchema<T extends TSchema>(data: T) {
  return Type.Object({ success: Type.Literal(true), data, timestamp });
}

/** A success body around its `data`. */
export function success<T>(data: T, now: Date): { success: true; data: T; timestamp: string } {
  return { success: true, data, timestamp: formatTimestamp(now) };
}

/** What stands before, between and after the data and the timestamp in the JSON of a success body. */
const [beforeData = "", beforeTime = "", afterTime = ""] = JSON.stringify(
  success("<data>", new Date(0)),
).split(/"<data>"|1970-01-01T00:00:00\.000Z/);

/**
 * Creates the JSON of success bodies about subjects that are requested again and again, such as cached users: `data` is rendered
 * once for each subject and kept as long as the subject.
 */
export function createSuccessRenderer<Subject extends object>(
  view: (subject: Subject) => object,
): (subject: Subject, now: Date) => string {
  const rendered = new WeakMap<Subject, string>();
  return (subject, now) => {
    let data = rendered.get(subject);
    if (data === undefined) rendered.set(subject, (data = JSON.stringify(view(subject))));
    return beforeData + data + beforeTime + formatTimestamp(now) + afterTime;
  };
}

/** The error response body of an error. It contains the code, the public message and the faults, and nothing else. */
export function failure(error: AppError, now: Date): Static<typeof errorSchema> {
  const faults = error.detail.faults ?? [];
  const [first] = faults;
  return {
    success: false,
    error: {
      code: error.code,
      message: error.message,
      ...(first
        ? {
            details: {
              field: first.field,
              issue: first.issue,
              ...(faults.length > 1 ? { errors: [...faults] } : {}),
            },
          }
        : {}),
    },
    timestamp: formatTimestamp(now),
  };
}
