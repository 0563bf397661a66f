import { DrizzleQueryError } from "drizzle-orm";

import { findAppError } from "../../kernel/errors.ts";

/** What a database error may tell the log: never its message's SQL, and never a parameter. */
export interface DatabaseFault {
  readonly sqlState: string;
  readonly constraint: string | null;
  readonly table: string | null;
}

/** No class of Postgres's begins with E; the system's own codes (EROFS, EAUTH …) do. */
const sqlStatePattern = /^(?!E)[0-9A-Z]{5}$/;

/** Deadlock (40P01) and serialisation failure (40001): the statement did nothing and may be sent again. */
const transientStates = new Set(["40001", "40P01"]);

/** The driver's own codes, and the operating system's, for a connection that is not there. */
const connectionCodes = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
]);

/** Shutdown and start-up (57P0x), timeouts (57014, 25P0x), a failing disk (58030), a read-only standby (25006). */
const unavailableStates = new Set([
  "57P01",
  "57P02",
  "57P03",
  "57P05",
  "57014",
  "25P03",
  "25P04",
  "58030",
  "25006",
]);

/** Connection exceptions, and insufficient resources: disk or memory full, no connection left. */
const unavailableClasses = new Set(["08", "53"]);

/** What an operator can mend, in words. */
const explanations = new Map([
  ["28P01", "it does not accept the user name or the password of DATABASE_URL"],
  ["28000", "it does not let the user of DATABASE_URL in from here"],
  ["3D000", "it has no database of the name in DATABASE_URL"],
  ["42501", "the user of DATABASE_URL lacks a right that is needed"],
]);

/** The fault in an error's chain of causes, or null when no database error is in it. */
export function findDatabaseFault(error: unknown): DatabaseFault | null {
  for (const link of causes(error)) {
    const code = textOf(link, "code");
    if (code !== null && sqlStatePattern.test(code)) {
      return {
        sqlState: code,
        constraint: textOf(link, "constraint_name") ?? textOf(link, "constraint"),
        table: textOf(link, "table_name") ?? textOf(link, "table"),
      };
    }
  }
  return null;
}

/** The name of the unique constraint that an error says was violated (SQLSTATE 23505), or null. */
export function violatedUniqueConstraint(error: unknown): string | null {
  const fault = findDatabaseFault(error);
  return fault?.sqlState === "23505" ? fault.constraint : null;
}

/** The name of the foreign key that an error says was violated (SQLSTATE 23503), or null. */
export function violatedForeignKey(error: unknown): string | null {
  const fault = findDatabaseFault(error);
  return fault?.sqlState === "23503" ? fault.constraint : null;
}

/** Whether the statement may simply be sent again. */
export function isTransient(error: unknown): boolean {
  const fault = findDatabaseFault(error);
  return fault !== null && transientStates.has(fault.sqlState);
}

/** Whether the database is away, starting, stopping or full, rather than the statement wrong. */
export function isUnavailable(error: unknown): boolean {
  for (const link of causes(error)) {
    const code = textOf(link, "code");
    if (code === null) continue;
    if (connectionCodes.has(code) || unavailableStates.has(code)) return true;
    if (sqlStatePattern.test(code) && unavailableClasses.has(code.slice(0, 2))) return true;
  }
  return false;
}

/** A fault in words, for whoever runs the database: never its message, for that may hold what users sent. */
export function explainFault({ sqlState }: DatabaseFault): string {
  const explanation = explanations.get(sqlState);
  return explanation === undefined
    ? `SQLSTATE ${sqlState}`
    : `${explanation} (SQLSTATE ${sqlState})`;
}

/**
 * What the log may hold of any error: kind, SQLSTATE, constraint and the stack's places, but no message of a
 * database error nor of its wrapper, for those hold the SQL with every parameter.
 */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  const fault = findDatabaseFault(error);
  if (fault) return { error: "DatabaseError", reason: explainFault(fault), ...fault };
  const appError = findAppError(error);
  if (appError)
    return { error: appError.code, reason: appError.detail.logDetail ?? appError.message };
  if (!(error instanceof Error)) return { error: "thrown value" };
  if (isQueryError(error)) {
    return {
      error: "DatabaseError",
      code: textOf(error.cause instanceof Error ? error.cause : error, "code"),
    };
  }
  return { error: error.name, reason: error.message, stack: error.stack };
}

/** Drizzle's wrapper around a driver's error: its message holds the SQL and every parameter. */
export function isQueryError(error: unknown): error is DrizzleQueryError {
  return error instanceof DrizzleQueryError;
}

function* causes(error: unknown): Generator<Error> {
  let current = error;
  while (current instanceof Error) {
    yield current;
    current = current.cause;
  }
}

function textOf(error: Error, property: string): string | null {
  const value: unknown = Reflect.get(error, property);
  return typeof value === "string" && value !== "" ? value : null;
}
