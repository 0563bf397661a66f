import { writeFailedAttempts } from "../../features/audit/index.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Job } from "./periodic-job.ts";

/** How late the attempts of a minute that is over are written. */
const pauseSeconds = 10;
/** How late single attempts are written, which wake the job. */
const wokenSeconds = 1;

/** Writes failed attempts into the audit log. Every replica writes its own; those of the last minute are written after its end. */
export function createFailedAttemptWriting(platform: Platform): Job {
  return {
    name: "failed attempts",
    pauseSeconds,
    wokenSeconds,
    run: () => writeFailedAttempts(platform, { everything: false }),
  };
}
