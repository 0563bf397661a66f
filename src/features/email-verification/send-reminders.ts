import { and, eq, gt, isNull, lt, lte, type SQL } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { changedColumn, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { users } from "../users/index.ts";
import { composeVerificationMail } from "./verification-mail.ts";

/** A reminder that was due longer ago is left out, so that switching reminders on mails no crowd. */
const latestSeconds = 7 * 86_400;
/** One that is later than this is left out when the next one is due: nobody is reminded twice at a time. */
const lateSeconds = 600;
const batchSize = 100;

/**
 * Sends the reminders to verify (`VERIFY_REMINDERS`) that are due, each once, whichever replica comes first. Replicas may do
 * this all at once. Ends early when `stopping` says so.
 */
export async function sendDueReminders(ctx: Context, stopping?: AbortSignal): Promise<void> {
  for (let number = 1; number <= ctx.settings.verifyRemindersSeconds.length; number += 1) {
    let sent: number;
    do {
      sent = 0;
      const due = await ctx.db
        .select({ id: users.id, email: users.email })
        .from(users)
        .where(isDue(ctx, number))
        .orderBy(users.createdAt)
        .limit(batchSize);
      for (const user of due) {
        if (stopping?.aborted) return;
        if (await remind(ctx, user, number)) sent += 1;
      }
    } while (sent > 0);
  }
}

/** False when it is not due any more: she has verified or left since, or another replica was faster. */
async function remind(
  ctx: Context,
  user: { id: string; email: string },
  number: number,
): Promise<boolean> {
  const reminded = ctx.db.$with("reminded").as(
    ctx.db
      .update(users)
      .set({ verifyRemindersSent: number })
      .where(and(eq(users.id, user.id), eq(users.email, user.email), isDue(ctx, number)))
      .returning({ id: users.id, credentialsVersion: users.credentialsVersion }),
  );
  const { effects } = composeVerificationMail(
    ctx,
    { ...user, credentialsVersion: changedColumn("credentials_version") },
    "verify-reminder",
  );
  const action = "user.verification_reminded";
  const [row] = await withEffects(ctx.db, reminded, [
    ...effects,
    recordAudit(ctx, { action, result: "success", userId: user.id, detail: { number } }),
  ])
    .select()
    .from(reminded);
  if (row) ctx.outboxWritten();
  return row !== undefined;
}

/** Whether a user should get the reminder of this number, counted from 1, now. */
function isDue(ctx: Context, number: number): SQL | undefined {
  const now = ctx.clock.now();
  const schedule = ctx.settings.verifyRemindersSeconds;
  const [thisSeconds = 0, nextSeconds = Number.POSITIVE_INFINITY] = schedule.slice(number - 1);
  const untilSeconds = Math.min(
    Math.max(nextSeconds, thisSeconds + lateSeconds),
    thisSeconds + latestSeconds,
  );
  return and(
    isNull(users.emailVerifiedAt),
    isNull(users.deletedAt),
    lt(users.verifyRemindersSent, number),
    lte(users.createdAt, addSeconds(now, -thisSeconds)),
    gt(users.createdAt, addSeconds(now, -untilSeconds)),
  );
}
