import { constants, fstatSync, openSync } from "node:fs";

import { pino, type DestinationStream } from "pino";

/** Standard output for log lines. */
export interface StandardOutput extends DestinationStream {
  /** Writes a line, and all gathered before it, at once. */
  write(line: string): void;
  /** Writes a line within `gatheringMilliseconds`, together with others: a system call for each costs more than the line. */
  gather(line: string): void;
}

const gatheringMilliseconds = 20;
const maximumGatheredLength = 65_536;
/** Lines that cannot be written are retried with the next one, or after a while, and dropped beyond this size. */
const maximumUnwrittenBytes = 1_048_576;
const retryMilliseconds = 1000;

/** Lines keep their order. Gathered lines are written before the process exits, and are lost if it is killed. */
export function createStandardOutput(): StandardOutput {
  // No minimum length: with one, the destination would retry forever and block where the output cannot be written.
  const destination = pino.destination({
    fd: openOutput(),
    sync: true,
    maxLength: maximumUnwrittenBytes,
    retryEAGAIN: () => false,
  });
  // The service continues without a log: a full volume, or a log collector that has ended or stopped reading, must not stop it.
  destination.on("error", retryLater);
  let isRetryDue = false;
  let gathered = "";
  let isFlushDue = false;

  function retryLater(): void {
    if (isRetryDue) return;
    isRetryDue = true;
    setTimeout(() => {
      isRetryDue = false;
      destination.write("");
    }, retryMilliseconds).unref();
  }

  function flush(): void {
    isFlushDue = false;
    const lines = gathered;
    gathered = "";
    if (lines !== "") destination.write(lines);
  }

  process.on("exit", flush);
  return {
    write(line) {
      flush();
      destination.write(line);
    },
    gather(line) {
      gathered += line;
      if (gathered.length >= maximumGatheredLength) flush();
      if (isFlushDue) return;
      isFlushDue = true;
      setTimeout(flush, gatheringMilliseconds).unref();
    },
  };
}

/**
 * A write to a full pipe waits until its reader reads, and with it the process. So a pipe is opened again for writes that fail
 * instead: other processes that write to the same one are not concerned (Linux, open(2)).
 */
function openOutput(): number {
  try {
    if (!fstatSync(1).isFIFO()) return 1;
    return openSync("/proc/self/fd/1", constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return 1;
  }
}
