import { maintainKeys } from "../../features/keys/index.ts";
import { findAppError } from "../../kernel/errors.ts";
import { describeError } from "../../platform/db/errors.ts";
import { createSystemContext, type Platform } from "../../platform/platform.ts";

/** Keeps this replica's keys those of the database, and the database's keys to their schedule. */
export interface KeyRotation {
  start(): void;
  stop(): Promise<void>;
}

/** How soon keys are read again that may have changed unheard. */
const pollSeconds = 2;
const tendSeconds = 60;

/** Every replica has one; what is due is done by whichever comes first. */
export function createKeyRotation(platform: Platform): KeyRotation {
  const { changes, keyRing, log } = platform;
  const timers: ReturnType<typeof setInterval>[] = [];
  const isRunning = (): boolean => timers.length > 0;
  let isStale = false;
  let tending = Promise.resolve();

  /** The database being away is told by /health, and at the end it is closed; both pass. */
  function report(error: unknown, message: string): void {
    const level = isRunning() && findAppError(error)?.code !== "UNAVAILABLE" ? "error" : "debug";
    log[level](describeError(error), message);
  }

  function reload(): void {
    keyRing.reload().then(
      () => {
        isStale = false;
      },
      (error: unknown) => {
        isStale = true;
        report(error, "the signing keys could not be read: those of before stay");
      },
    );
  }

  function tend(): void {
    tending = maintainKeys(createSystemContext(platform, "keys")).catch((error: unknown) =>
      report(error, "the signing keys could not be tended"),
    );
  }

  changes.subscribe(({ subject }) => {
    if (isRunning() && (subject === "keys" || subject === "all")) reload();
  });

  return {
    start() {
      timers.push(
        setInterval(() => {
          if (isStale || !changes.isLive()) reload();
        }, pollSeconds * 1000),
        setInterval(tend, tendSeconds * 1000),
      );
      // Once more, for what changed between the first reading and the first news.
      reload();
      tend();
    },
    async stop() {
      for (const timer of timers.splice(0)) clearInterval(timer);
      await tending;
    },
  };
}
