import { pino, type DestinationStream } from "pino";

/** Standard output for log lines. */
export interface StandardOutput extends DestinationStream {
  /** Writes a line, and all gathered before it, at once. */
  write(line: string): void;
  /** Writes a line within `gatheringMilliseconds`, together with others: a system call for each costs more than the line. */
  gather(line: string): void;
}

const gatheringMilliseconds = 20;
const gatheredBytes = 8192;

/** Lines keep their order. What is gathered is written before the process exits, and is lost if it is killed. */
export function createStandardOutput(): StandardOutput {
  const destination = pino.destination({ fd: 1, sync: true, minLength: gatheredBytes });
  let isFlushDue = false;

  function flush(): void {
    isFlushDue = false;
    destination.flushSync();
  }

  process.on("exit", flush);
  return {
    write(line) {
      destination.write(line);
      flush();
    },
    gather(line) {
      destination.write(line);
      if (isFlushDue) return;
      isFlushDue = true;
      setTimeout(flush, gatheringMilliseconds).unref();
    },
  };
}
