import { CommanderError } from "commander";

import { exitCodes, reportFailure, reportLostOutput } from "./exit.ts";
import { parseCommandLine } from "./program.ts";

/** Runs the command in the arguments and sets the exit code: 0 done, 1 failed, 2 wrong usage or settings. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  reportLostOutput();
  try {
    await parseCommandLine(argv.slice(2));
  } catch (error) {
    const exitCode = error instanceof CommanderError ? usageExitCode(error) : reportFailure(error);
    // Printing help succeeded, unless its output was lost.
    if (exitCode !== exitCodes.done) exitOnceWritten(exitCode);
  }
}

/** An embedded database that could not start keeps the process running, and no supervisor would start another. */
function exitOnceWritten(exitCode: number): void {
  process.exitCode = exitCode;
  process.stdout.write("", () => process.stderr.write("", () => process.exit(exitCode)));
}

/** The library also throws after it has printed help, with exit code 0. */
function usageExitCode(error: CommanderError): number {
  return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
}
