import { deleteExpiredAuditRows } from "../../features/audit/index.ts";
import { deleteExpiredChallenges } from "../../features/email-challenges/index.ts";
import { deleteExpiredSessions } from "../../features/sessions/index.ts";
import { deleteExpiredDevices } from "../../features/sign-in/index.ts";
import { batchSize } from "../../platform/db/delete-batch.ts";
import {
  deleteDeadMessages,
  deleteDeliveredMessages,
} from "../../platform/outbox/delete-expired.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Work } from "./periodic-job.ts";

const pauseSeconds = 3600;

/** What is deleted when it has been of no use for long enough: each gives how many rows it deleted, at most a batch. */
const sweeps: Readonly<Record<string, (platform: Platform, now: Date) => Promise<number>>> = {
  challenges: ({ db }, now) => deleteExpiredChallenges(db, now),
  sessions: ({ db }, now) => deleteExpiredSessions(db, now),
  devices: ({ db }, now) => deleteExpiredDevices(db, now),
  deliveredMessages: ({ db }, now) => deleteDeliveredMessages(db, now),
  deadMessages: ({ db }, now) => deleteDeadMessages(db, now),
  // The last one: it fails for as long as the log is not what it was.
  auditLog: deleteExpiredAuditRows,
};

/** Keeps the tables from growing for ever. Every replica tries; at any moment one deletes. */
export function createRetention(platform: Platform): Work {
  return {
    name: "sweep",
    pauseSeconds,
    run: (stopping) => sweep(platform, stopping),
  };
}

/** Deletes what is due, batch by batch. What cannot be deleted from holds up nothing else; the first such fault is thrown. */
export async function sweep(platform: Platform, stopping?: AbortSignal): Promise<void> {
  const { clock, log } = platform;
  const counts: Record<string, number> = {};
  const faults: unknown[] = [];
  for (const [what, sweepBatch] of Object.entries(sweeps)) {
    counts[what] = 0;
    try {
      let deleted: number;
      do {
        if (stopping?.aborted) return;
        deleted = await sweepBatch(platform, clock.now());
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
