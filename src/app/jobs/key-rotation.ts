import { maintainKeys } from "../../features/keys/index.ts";
import { findAppError } from "../../kernel/errors.ts";
import { describeError } from "../../platform/db/errors.ts";
import { createSystemContext, type Platform } from "../../platform/platform.ts";

/** Keeps this replica's keys equal to those in the database, and rotates the keys in the database on schedule. */
export interface KeyRotation {
  start(): void;
  stop(): Promise<void>;
}

/** How often the keys are read again while change notifications may be missing. */
const pollSeconds = 2;
const maintenanceSeconds = 60;

/** Creates the job. Every replica runs it; a due rotation is done by the first of them. */
export function createKeyRotation(platform: Platform): KeyRotation {
  const { changes, keyRing, log } = platform;
  const timers: ReturnType<typeof setInterval>[] = [];
  const isRunning = (): boolean => timers.length > 0;
  let isStale = false;
  let maintenance = Promise.resolve();

  /** An unreachable database is reported by /health, and the database is closed at the stop. Neither is logged as an error. */
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
        report(error, "signing keys not reloaded, previous keys kept");
      },
    );
  }

  function maintain(): void {
    maintenance = maintainKeys(createSystemContext(platform, "keys")).catch((error: unknown) =>
      report(error, "key rotation job failed"),
    );
  }

  changes.subscribe(({ subject }) => {
    if (isRunning() && (subject === "keys" || subject === "all")) reload();
  });

  return {
    start() {
      timers.push(
        setInterval(() => {
          if (isStale || !changes.isListening()) reload();
        }, pollSeconds * 1000),
        setInterval(maintain, maintenanceSeconds * 1000),
      );
      // The keys may have changed between the first read and the start of the notifications.
      reload();
      maintain();
    },
    async stop() {
      for (const timer of timers.splice(0)) clearInterval(timer);
      await maintenance;
    },
  };
}
