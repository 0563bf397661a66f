import { writeFailedAttempts } from "../../features/audit/index.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Job } from "./periodic-job.ts";

/** Writes failed attempts into the audit log. Every replica writes its own; those of the last minute are written at its end. */
export function createFailedAttemptWriting(platform: Platform): Job {
  return {
    name: "failed attempts",
    pauseSeconds: 1,
    run: () => writeFailedAttempts(platform, { everything: false }),
  };
}
