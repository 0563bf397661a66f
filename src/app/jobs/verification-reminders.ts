import { sendDueReminders } from "../../features/email-verification/index.ts";
import { createSystemContext, type Platform } from "../../platform/platform.ts";
import type { Job } from "./periodic-job.ts";

/** How late a reminder may be. With shorter times between reminders the job runs more often. */
const pauseSeconds = 30;

/** Sends reminders to users who have not verified their address, at the times in `VERIFY_REMINDERS`; none when it is empty. */
export function createVerificationReminders(platform: Platform): Job[] {
  const schedule = platform.settings.verifyRemindersSeconds;
  if (schedule.length === 0) return [];
  const pauses = schedule.map((seconds, place) => seconds - (schedule[place - 1] ?? 0));
  return [
    {
      name: "reminders",
      pauseSeconds: Math.min(pauseSeconds, ...pauses),
      run: (stopping) => sendDueReminders(createSystemContext(platform, "reminders"), stopping),
    },
  ];
}
