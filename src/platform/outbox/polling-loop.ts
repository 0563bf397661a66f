/** Looks for due work when woken and every second, until stopped. */
export interface PollingLoop {
  /** Looks now, without waiting for the next poll, if the loop was started. */
  wake(): void;
  /** Looks now, also without a start. For work that has ended and left room for more. */
  lookAgain(): void;
  /** Does everything that is due now, also without a start; resolves with the number of items taken. */
  drain(): Promise<number>;
  start(): void;
  /** Takes nothing more, and waits for what is under way. */
  stop(): Promise<void>;
}

/** What a loop does. */
export interface PollingLoopOptions {
  /** Takes due work, begins it, and gives the number of items and whether to look again at once. */
  readonly take: () => Promise<{ readonly taken: number; readonly looksAgain?: boolean }>;
  /** The work that was begun and has not ended. It never rejects. */
  readonly underWay: ReadonlySet<Promise<void>>;
  /** Called when work could not be read; the next poll tries again. */
  readonly failed: (error: unknown) => void;
}

const pollSeconds = 1;

/** One query at a time: a call during a query causes another one right after it. */
export function createPollingLoop({ take, underWay, failed }: PollingLoopOptions): PollingLoop {
  let phase: "idle" | "running" | "stopped" = "idle";
  let pollTimer: ReturnType<typeof setTimeout> | null = null;
  let looking: Promise<void> | null = null;
  let isRequested = false;
  let total = 0;

  async function lookWhileRequested(): Promise<void> {
    try {
      while (isRequested && phase !== "stopped") {
        isRequested = false;
        const { taken, looksAgain = false } = await take();
        total += taken;
        isRequested ||= looksAgain;
      }
    } finally {
      looking = null;
    }
  }

  function look(): Promise<void> {
    isRequested = true;
    looking ??= lookWhileRequested();
    return looking;
  }

  function lookInBackground(): void {
    look().catch(failed);
  }

  function poll(): void {
    lookInBackground();
    pollTimer = setTimeout(poll, pollSeconds * 1000);
  }

  return {
    wake() {
      if (phase === "running") lookInBackground();
    },
    lookAgain: lookInBackground,
    async drain() {
      const before = total;
      let seen: number;
      do {
        seen = total;
        await look();
        await Promise.all(underWay);
      } while (total > seen);
      return total - before;
    },
    start() {
      phase = "running";
      poll();
    },
    async stop() {
      phase = "stopped";
      if (pollTimer) clearTimeout(pollTimer);
      await looking?.catch(() => undefined);
      await Promise.all(underWay);
    },
  };
}
