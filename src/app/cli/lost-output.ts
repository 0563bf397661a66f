import { errorCode } from "../../platform/config/read-given.ts";
import { exitCodes } from "./exit.ts";

/**
 * Lets a command, and a server, go on when what it prints is lost, and tells so once, in one line and by the exit code 1. That
 * nobody reads it any more, as after `| head -1`, is no failure.
 */
export function reportLostOutput(): void {
  let isTold = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      const code = errorCode(error);
      if (code === "EPIPE" || isTold) return;
      isTold = true;
      process.exitCode ||= exitCodes.failed;
      process.stderr.write(`gatehouse: the output cannot be written (${code})\n`);
    });
  }
}
