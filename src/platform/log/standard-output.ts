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
/** Lines that cannot be written are retried with the next one, and dropped beyond this size. */
const maximumUnwrittenBytes = 1_048_576;

/** Lines keep their order. Gathered lines are written before the process exits, and are lost if it is killed. */
export function createStandardOutput(): StandardOutput {
  // No minimum length: with one, the destination would retry forever and block where the output cannot be written.
  const destination = pino.destination({ fd: 1, sync: true, maxLength: maximumUnwrittenBytes });
  // The service continues without a log: a full volume or an ended log collector must not stop it.
  destination.on("error", () => undefined);
  let gathered = "";
  let isFlushDue = false;

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
