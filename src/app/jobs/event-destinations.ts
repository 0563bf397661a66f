import { announceDestinations } from "../../features/events/index.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Job } from "./periodic-job.ts";

/** Announces this replica's destinations of events, and removes those that no replica has any more. Every replica runs it. */
export function createDestinationUpkeep(platform: Platform): Job {
  let startedAt: Date | null = null;
  return {
    name: "event destinations",
    pauseSeconds: 60,
    run(stopping) {
      startedAt ??= platform.clock.now();
      return announceDestinations(platform, startedAt, stopping);
    },
  };
}
