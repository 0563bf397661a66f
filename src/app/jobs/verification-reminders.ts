import { sendDueReminders } from "../../features/email-verification/index.ts";
import { createSystemContext, type Platform } from "../../platform/platform.ts";
import type { Work } from "./periodic-job.ts";

/** How late a reminder may be; where they follow each other sooner than that, so does the looking. */
const pauseSeconds = 30;

/** Reminds those who have not verified their address, where `VERIFY_REMINDERS` says when. */
export function createVerificationReminders(platform: Platform): Work[] {
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
