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
        mfa_token: Type.Optional(
          Type.String({ description: "With MFA_REQUIRED: for `/api/v1/auth/2fa/verify`, once." }),
        ),
        methods: Type.Optional(
          Type.Array(Type.String(), {
            description: "With MFA_REQUIRED: of `totp`, `recovery_code` and `passkey`.",
          }),
        ),
        expires_in: Type.Optional(
          Type.Integer({ description: "With MFA_REQUIRED: seconds until `mfa_token` expires." }),
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

/** The error response body of an error. It contains the code, the public message the faults and what `MFA_REQUIRED` has, and nothing else. */
export function failure(error: AppError, now: Date): Static<typeof errorSchema> {
  const details = detailsOf(error.detail);
  return {
    success: false,
    error: { code: error.code, message: error.message, ...(details === null ? {} : { details }) },
    timestamp: formatTimestamp(now),
  };
}

function detailsOf({ faults = [], mfa }: AppError["detail"]) {
  if (mfa) {
    const { mfaToken, methods, expiresInSeconds } = mfa;
    return { mfa_token: mfaToken, methods: [...methods], expires_in: expiresInSeconds };
  }
  const [first] = faults;
  if (!first) return null;
  const { field, issue } = first;
  return { field, issue, ...(faults.length > 1 ? { errors: [...faults] } : {}) };
}
