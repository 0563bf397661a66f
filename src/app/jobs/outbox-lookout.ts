import { findDueTopics } from "../../platform/outbox/due-topics.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Job } from "./periodic-job.ts";

const pauseSeconds = 2;

/**
 * Wakes the outbox workers for messages that this process has not written: of commands, of replicas that were killed, and of
 * earlier attempts. One statement for all workers, which look by themselves only once a minute.
 */
export function createOutboxLookout(
  { db, clock }: Platform,
  topics: readonly string[],
  wake: (topics: readonly string[]) => void,
): Job {
  return {
    name: "outbox",
    pauseSeconds,
    run: async () => wake(await findDueTopics(db, topics, clock.now())),
  };
}
