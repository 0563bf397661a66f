import { findAppError } from "../../kernel/errors.ts";
import { errorCode } from "../../platform/config/read-given.ts";
import { SettingsError } from "../../platform/config/settings-error.ts";
import {
  describeError,
  explainFault,
  findDatabaseFault,
  isQueryError,
  isUnavailable,
} from "../../platform/db/errors.ts";
import { findAddressError } from "../../platform/db/connection/address-error.ts";
import { UnusableKeyError } from "../../platform/jwt/key-pair.ts";
import { ListenError } from "../listen-error.ts";

/** The exit codes of the process. `cancelled` is what shells give to a program that Ctrl-C ended. */
export const exitCodes = { done: 0, failed: 1, usage: 2, cancelled: 130 } as const;

/** A failure of a command, with a message for the operator. The exit code is `usage` when the arguments are wrong. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.failed) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** Prints a failure to standard error, without secrets, and returns the exit code. */
export function reportFailure(error: unknown): number {
  process.stderr.write(`gatehouse: ${messageOf(error)}\n`);
  if (error instanceof SettingsError) return exitCodes.usage;
  const isStartError = error instanceof UnusableKeyError || error instanceof ListenError;
  if (isStartError && error.isBySettings) return exitCodes.usage;
  if (findAddressError(error)?.isBySettings) return exitCodes.usage;
  return error instanceof CommandError ? error.exitCode : exitCodes.failed;
}

function messageOf(error: unknown): string {
  if (error instanceof ListenError) return error.message;
  const addressError = findAddressError(error);
  if (addressError) return addressError.message;
  const fault = findDatabaseFault(error);
  if (fault) return `database error: ${explainFault(fault)}`;
  if (isUnavailable(error)) return "database not reachable";
  const appError = findAppError(error);
  if (appError) {
    const faults = (appError.detail.faults ?? []).map(({ field, issue }) => `  ${field}: ${issue}`);
    return [appError.message, ...faults].join("\n");
  }
  if (error instanceof Error && !isQueryError(error)) return error.message;
  return JSON.stringify(describeError(error));
}

/**
 * Lets a command or a server continue when its output cannot be written, and reports that once, by one line and exit code 1.
 * A reader that closed the pipe, as in `| head -1`, is not a failure.
 */
export function reportLostOutput(): void {
  let isReported = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      const code = errorCode(error);
      if (code === "EPIPE" || isReported) return;
      isReported = true;
      process.exitCode ||= exitCodes.failed;
      process.stderr.write(`gatehouse: the output cannot be written (${code})\n`);
    });
  }
}
