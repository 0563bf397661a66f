import { findAppError } from "../../kernel/errors.ts";
import { SettingsError } from "../../platform/config/settings-error.ts";
import {
  describeError,
  explainFault,
  findDatabaseFault,
  isQueryError,
  isUnavailable,
} from "../../platform/db/errors.ts";

/** What the process's exit code says. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

/** A command's own word on why it failed; `usage` when the caller can mend it. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.failed) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** Tells a failure on standard error, in words for the operator and without secrets; gives the exit code. */
export function reportFailure(error: unknown): number {
  process.stderr.write(`gatehouse: ${sentenceOf(error)}\n`);
  if (error instanceof SettingsError) return exitCodes.usage;
  return error instanceof CommandError ? error.exitCode : exitCodes.failed;
}

function sentenceOf(error: unknown): string {
  const fault = findDatabaseFault(error);
  if (fault) return `the database refused: ${explainFault(fault)}`;
  if (isUnavailable(error)) return "the database cannot be reached";
  const appError = findAppError(error);
  if (appError) {
    const faults = (appError.detail.faults ?? []).map(({ field, issue }) => `  ${field}: ${issue}`);
    return [appError.message, ...faults].join("\n");
  }
  if (error instanceof Error && !isQueryError(error)) return error.message;
  return JSON.stringify(describeError(error));
}
