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
/** Lines that cannot be written wait, and further ones are dropped beyond this size. */
const maximumWaitingBytes = 1_048_576;
const retryMilliseconds = 100;
/** At the end of the process, for a reader that is late. */
const lastRetryMilliseconds = 10;
const lastRetries = 100;

/**
 * Lines keep their order. The service continues where they cannot be written: on a full volume, or if the log collector has ended
 * or reads no more. `onDropped` receives how many lines were dropped, once lines are written again. Gathered lines are written
 * before the process exits, and are lost if it is killed.
 */
export function createStandardOutput(onDropped: (lines: number) => void): StandardOutput {
  const destination = pino.destination({
    fd: openOutput(),
    // No minimum length: with one, the destination would retry forever and block where the output cannot be written.
    sync: true,
    maxLength: maximumWaitingBytes,
    retryEAGAIN: () => false,
  });
  let fault: string | undefined;
  let dropped = 0;
  let isRetryDue = false;
  let gathered = "";
  let isFlushDue = false;

  destination.on("error", (error: NodeJS.ErrnoException) => {
    fault = error.code ?? error.name;
    retryLater();
  });
  destination.on("drop", (text: string) => {
    dropped += text.split("\n").length - 1;
  });

  /** Writes what waits, and gives the reason if that fails. The destination itself drops a line without trying. */
  function retry(): string | undefined {
    fault = undefined;
    destination.write("");
    return faultNow();
  }

  function faultNow(): string | undefined {
    return fault;
  }

  function retryLater(): void {
    if (isRetryDue) return;
    isRetryDue = true;
    setTimeout(() => {
      isRetryDue = false;
      if (retry() === undefined) reportDropped();
    }, retryMilliseconds).unref();
  }

  function reportDropped(): void {
    const lines = dropped;
    dropped = 0;
    if (lines > 0) onDropped(lines);
  }

  function send(text: string): void {
    if (fault !== undefined && retry() === undefined) reportDropped();
    destination.write(text);
  }

  function flush(): void {
    isFlushDue = false;
    const lines = gathered;
    gathered = "";
    if (lines !== "") send(lines);
  }

  process.on("exit", () => {
    flush();
    // Only a full pipe is worth waiting for. The last lines say why the process ends.
    for (let left = lastRetries; left > 0 && fault === "EAGAIN"; left -= 1) {
      Bun.sleepSync(lastRetryMilliseconds);
      retry();
    }
  });
  return {
    write(line) {
      flush();
      send(line);
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
 * instead: other processes that write to the same one are not concerned (Linux, open(2)). A pipe of another user cannot be.
 */
function openOutput(): number {
  try {
    if (!fstatSync(1).isFIFO()) return 1;
    return openSync("/proc/self/fd/1", constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return 1;
  }
}
