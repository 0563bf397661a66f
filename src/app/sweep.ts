import { sweepChallenges } from "../features/mail-challenges/index.ts";
import { sweepSessions } from "../features/sessions/index.ts";
import { sweepDevices } from "../features/sign-in/index.ts";
import { batchSize } from "../platform/db/delete-batch.ts";
import type { Db } from "../platform/db/port.ts";
import { sweepDead, sweepDelivered } from "../platform/outbox/sweep.ts";
import type { Platform } from "../platform/platform.ts";
import type { Work } from "./periodic-work.ts";

const pauseSeconds = 3600;

/** What is deleted when it has been of no use for long enough: each gives how many rows it deleted, at most a batch. */
const sweeps: Readonly<Record<string, (db: Db, now: Date) => Promise<number>>> = {
  challenges: sweepChallenges,
  sessions: sweepSessions,
  devices: sweepDevices,
  deliveredMessages: sweepDelivered,
  deadMessages: sweepDead,
};

/** Keeps the tables from growing for ever. Every replica tries; at any moment one deletes. */
export function createSweep(platform: Platform): Work {
  return {
    name: "sweep",
    pauseSeconds,
    run: (stopping) => sweep(platform, stopping),
  };
}

/** Deletes what is due, batch by batch. What cannot be deleted from holds up nothing else; the first such fault is thrown. */
export async function sweep(platform: Platform, stopping?: AbortSignal): Promise<void> {
  const { db, clock, log } = platform;
  const counts: Record<string, number> = {};
  const faults: unknown[] = [];
  for (const [what, sweepBatch] of Object.entries(sweeps)) {
    counts[what] = 0;
    try {
      let deleted: number;
      do {
        if (stopping?.aborted) return;
        deleted = await sweepBatch(db, clock.now());
        counts[what] += deleted;
      } while (deleted === batchSize);
    } catch (error) {
      faults.push(error);
    }
  }
  const isNews = Object.values(counts).some((count) => count > 0);
  log[isNews ? "info" : "debug"](counts, "swept");
  if (faults.length > 0) throw faults[0];
}
