import { DrizzleQueryError } from "drizzle-orm";

import { AppError, findAppError } from "../../kernel/errors.ts";
import { findAddressError } from "./connection/address-error.ts";

/** What the log may contain of a database error: neither its message nor a parameter. */
export interface DatabaseFault {
  readonly sqlState: string;
  readonly constraint: string | null;
  readonly table: string | null;
}

/** No SQLSTATE of Postgres begins with E; codes of the operating system and of libraries (EROFS, EAUTH …) do. */
const sqlStatePattern = /^(?!E)[0-9A-Z]{5}$/;

/** Deadlock (40P01) and serialisation failure (40001): the statement had no effect and may be sent again. */
const transientStates = new Set(["40001", "40P01"]);

/** Codes of the driver and of the operating system for a connection that failed or was lost. */
const connectionCodes = new Set([
  "CONNECTION_CLOSED",
  "DATABASE_ADDRESS",
  "NO_SUITABLE_HOST",
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

/** Disk full (53100), and writes refused because it nearly is, or by a standby (25006): it may take minutes to change. */
const fullStates = new Set(["53100", "25006"]);

/** Explanations of the faults that an operator can correct. */
const explanations = new Map([
  [
    "08P01",
    "it, or a pooler before it, refuses how the connection starts: a parameter of the URL that a pooler does not know, or no server behind the pooler",
  ],
  ["28P01", "it does not accept the user name or the password of DATABASE_URL"],
  [
    "28000",
    "it does not accept connections of the user of DATABASE_URL from this address, or not without TLS or a client certificate",
  ],
  ["3D000", "it has no database of the name in DATABASE_URL"],
  ["53100", "its disk is full"],
  ["25006", "it accepts no writes: its disk is nearly full, or it is a standby"],
  ["42501", "the user of DATABASE_URL lacks a right that is needed"],
]);

/** The fault in an error's chain of causes, or null when no database error is in it. */
export function findDatabaseFault(error: unknown): DatabaseFault | null {
  for (const link of causes(error)) {
    const code = stringOf(link, "code");
    if (code !== null && sqlStatePattern.test(code)) {
      return {
        sqlState: code,
        constraint: stringOf(link, "constraint_name") ?? stringOf(link, "constraint"),
        table: stringOf(link, "table_name") ?? stringOf(link, "table"),
      };
    }
  }
  return null;
}

/** The first code in an error's chain of causes: a SQLSTATE, or one of the driver or the operating system. */
export function findErrorCode(error: unknown): string | null {
  for (const link of causes(error)) {
    const code = stringOf(link, "code");
    if (code !== null && code !== "UNAVAILABLE") return code;
  }
  return null;
}

/** Whether a statement reads a table that does not exist (SQLSTATE 42P01). */
export function isUndefinedTable(error: unknown): boolean {
  return findDatabaseFault(error)?.sqlState === "42P01";
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

/** Messages of the `CONFLICT` errors that triggers of this schema raise, by SQLSTATE. */
const triggerConflicts = new Map([
  ["GH001", "There must be an admin left: make another user an admin first."],
]);

/** The `CONFLICT` that a trigger raised, in a database error; or null. */
export function findTriggerConflict(error: unknown): AppError | null {
  const message = triggerConflicts.get(findDatabaseFault(error)?.sqlState ?? "");
  return message === undefined ? null : new AppError("CONFLICT", message);
}

/** Whether the same statement may be sent again. */
export function isTransient(error: unknown): boolean {
  const fault = findDatabaseFault(error);
  return fault !== null && transientStates.has(fault.sqlState);
}

/** Whether the cause is the state of the database (unreachable, starting, stopping, full) and not the statement. */
export function isUnavailable(error: unknown): boolean {
  for (const link of causes(error)) {
    const code = stringOf(link, "code");
    if (code === null) continue;
    if (connectionCodes.has(code) || unavailableStates.has(code)) return true;
    if (sqlStatePattern.test(code) && unavailableClasses.has(code.slice(0, 2))) return true;
  }
  return false;
}

/** Whether the database has no space for a write. */
export function isFull(error: unknown): boolean {
  return fullStates.has(findDatabaseFault(error)?.sqlState ?? "");
}

/** Whether the server accepts no writes (25006): it is a standby, or its disk is nearly full. */
export function isReadOnly(error: unknown): boolean {
  return findDatabaseFault(error)?.sqlState === "25006";
}

/** An explanation of a fault for the operator, without the error's message, which may contain what users sent. */
export function explainFault({ sqlState }: DatabaseFault): string {
  const explanation = explanations.get(sqlState);
  return explanation === undefined
    ? `SQLSTATE ${sqlState}`
    : `${explanation} (SQLSTATE ${sqlState})`;
}

/**
 * The log fields of any error: kind, SQLSTATE, constraint, reason and stack. The messages of a database error and of its
 * wrapper are left out, since they contain the SQL and every parameter.
 */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  const addressError = findAddressError(error);
  if (addressError) return { error: addressError.name, reason: addressError.message };
  const fault = findDatabaseFault(error);
  if (fault) return { error: "DatabaseError", reason: explainFault(fault), ...fault };
  const appError = findAppError(error);
  if (appError)
    return { error: appError.code, reason: appError.detail.logDetail ?? appError.message };
  if (!(error instanceof Error)) return { error: "thrown value" };
  if (isQueryError(error)) {
    return {
      error: "DatabaseError",
      code: stringOf(error.cause instanceof Error ? error.cause : error, "code"),
    };
  }
  return { error: error.name, reason: error.message, stack: error.stack };
}

/** Whether an error is Drizzle's wrapper of a driver's error, whose message contains the SQL and every parameter. */
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

function stringOf(error: Error, property: string): string | null {
  const value: unknown = Reflect.get(error, property);
  return typeof value === "string" && value !== "" ? value : null;
}
