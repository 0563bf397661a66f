import { findAppError } from "../../kernel/errors.ts";

/** What a database error may tell the log: never its message's SQL, and never a parameter. */
export interface DatabaseFault {
  readonly sqlState: string;
  readonly constraint: string | null;
  readonly table: string | null;
}

const sqlStatePattern = /^[0-9A-Z]{5}$/;

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

/** Shutdown and start-up (57P0x), timeouts (57014, 25P0x), no slots (53300), read-only standby (25006). */
const unavailableStates = new Set([
  "57P01",
  "57P02",
  "57P03",
  "57P05",
  "57014",
  "25P03",
  "25P04",
  "53300",
  "25006",
]);

/** The fault in an error's chain of causes, or null when no database error is in it. */
export function findDatabaseFault(error: unknown): DatabaseFault | null {
  for (const link of causes(error)) {
    const code = textOf(link, "code");
    if (code !== null && sqlStatePattern.test(code) && !connectionCodes.has(code)) {
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
    if (connectionCodes.has(code) || unavailableStates.has(code) || code.startsWith("08")) return true;
  }
  return false;
}

/**
 * What the log may hold of any error: kind, SQLSTATE, constraint and the stack's places, but no message of a
 * database error nor of its wrapper, for those hold the SQL with every parameter.
 */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  const fault = findDatabaseFault(error);
  if (fault) return { error: "DatabaseError", ...fault };
  const appError = findAppError(error);
  if (appError) return { error: appError.code, reason: appError.detail.logDetail ?? appError.message };
  if (!(error instanceof Error)) return { error: "thrown value" };
  if (error.name === "DrizzleQueryError") {
    return { error: "DatabaseError", code: textOf(error.cause instanceof Error ? error.cause : error, "code") };
  }
  return { error: error.name, reason: error.message, stack: error.stack };
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
