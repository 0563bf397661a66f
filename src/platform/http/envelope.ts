import { type Static, type TSchema, Type } from "@sinclair/typebox";

import type { AppError } from "../../kernel/errors.ts";

const timestamp = Type.String({ format: "date-time", description: "RFC 3339, UTC." });

const fault = Type.Object({ field: Type.String(), issue: Type.String() });

/** The body of every failure under `/api/v1`. */
export const errorSchema = Type.Object(
  {
    success: Type.Literal(false),
    error: Type.Object({
      code: Type.String({ description: "A stable code, such as INVALID_CREDENTIALS." }),
      message: Type.String({ description: "A sentence for people; may change." }),
      details: Type.Optional(
        Type.Object({
          field: Type.Optional(Type.String()),
          issue: Type.Optional(Type.String()),
          errors: Type.Optional(Type.Array(fault, { description: "All faults, where several." })),
        }),
      ),
    }),
    timestamp,
  },
  { $id: "Error", description: "Something was wrong; `error.code` says what." },
);

/** The schema of a success body around the schema of its `data`. */
export function successSchema<T extends TSchema>(data: T) {
  return Type.Object({ success: Type.Literal(true), data, timestamp });
}

/**
 * The same for what the services behind us ask for at each of their requests: the compiler and the tests hold such an answer
 * to its schema, and nothing does so again each time it is sent.
 */
export function uncheckedSuccessSchema<T extends TSchema>(data: T) {
  return Type.Object({ success: Type.Literal(true), data, timestamp }, { noValidate: true });
}

/** A success body around its `data`. */
export function success<T>(data: T, now: Date): { success: true; data: T; timestamp: string } {
  return { success: true, data, timestamp: now.toISOString() };
}

/** The failure body of an error. Only the code, the public message and the faults enter it. */
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
    timestamp: now.toISOString(),
  };
}

/** Response schemas for a route: its success body and, by status, what else it may answer. */
export function failures<S extends number>(...statuses: S[]): Record<S, typeof errorSchema> {
  const entries = statuses.map((status) => [status, errorSchema] as const);
  return asRecord(Object.fromEntries(entries));
}

function asRecord<S extends number>(value: object): Record<S, typeof errorSchema> {
  return value as Record<S, typeof errorSchema>;
}
