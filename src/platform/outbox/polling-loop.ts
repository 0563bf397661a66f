import { monotonicMilliseconds } from "../../kernel/clock.ts";

/** Looks for due work when woken and after a pause, until stopped. */
export interface PollingLoop {
  /** Looks now, without waiting for the end of the pause, if the loop was started. */
  wake(): void;
  /** Looks now, also without a start. For work that has ended and left room for more. */
  lookAgain(): void;
  /** Looks after so many seconds, unless it looks sooner. For work that is due then. */
  lookWithin(seconds: number): void;
  /** Does everything that is due now, also without a start; resolves with the number of items taken. */
  drain(): Promise<number>;
  start(): void;
  /** Takes nothing more, and waits for what is under way. */
  stop(): Promise<void>;
}

/** What was taken in one look. */
export interface Taken {
  readonly taken: number;
  /** Whether to look again at once. */
  readonly looksAgain?: boolean;
  /** The pause until the next look; default 1. */
  readonly pauseSeconds?: number;
}

/** What a loop does. */
export interface PollingLoopOptions {
  /** Takes due work and begins it. */
  readonly take: () => Promise<Taken>;
  /** The work that was begun and has not ended. It never rejects. */
  readonly underWay: ReadonlySet<Promise<void>>;
  /** Called when work could not be read; the next look tries again. */
  readonly failed: (error: unknown) => void;
}

const defaultPauseSeconds = 1;

/** One query at a time: a call during a query causes another one right after it. */
export function createPollingLoop({ take, underWay, failed }: PollingLoopOptions): PollingLoop {
  let phase: "idle" | "running" | "stopped" = "idle";
  let timer: ReturnType<typeof setTimeout> | null = null;
  let timerAt = Number.POSITIVE_INFINITY;
  let looking: Promise<void> | null = null;
  let isRequested = false;
  let total = 0;

  async function lookWhileRequested(): Promise<void> {
    let pauseSeconds = defaultPauseSeconds;
    try {
      while (isRequested && phase !== "stopped") {
        isRequested = false;
        cancelTimer();
        pauseSeconds = defaultPauseSeconds;
        const found = await take();
        total += found.taken;
        isRequested ||= found.looksAgain ?? false;
        pauseSeconds = found.pauseSeconds ?? defaultPauseSeconds;
      }
    } finally {
      looking = null;
      lookWithin(pauseSeconds);
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

  function cancelTimer(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    timerAt = Number.POSITIVE_INFINITY;
  }

  function lookWithin(seconds: number): void {
    const at = monotonicMilliseconds() + seconds * 1000;
    if (phase !== "running" || at >= timerAt) return;
    cancelTimer();
    timerAt = at;
    timer = setTimeout(lookInBackground, seconds * 1000);
  }

  return {
    wake() {
      if (phase === "running") lookInBackground();
    },
    lookAgain: lookInBackground,
    lookWithin,
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
      lookInBackground();
    },
    async stop() {
      phase = "stopped";
      cancelTimer();
      await looking?.catch(() => undefined);
      await Promise.all(underWay);
    },
  };
}
