import { errorCode } from "../../platform/config/read-given.ts";

/**
 * Lets a command go on when nobody reads its output any more, as after `| head -1`: that is no failure of the command,
 * and no reason for a server to end.
 */
export function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error) => {
      if (errorCode(error) !== "EPIPE") throw error;
    });
  }
}
