import { and, eq, gt, isNull, lt, lte, type SQL } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { mailLinkAndCode } from "../email-challenges/index.ts";
import { isActive, users } from "../users/index.ts";

/** A reminder that was due longer ago is left out, so that switching reminders on does not mail every old account. */
const latestSeconds = 7 * 86_400;
/** A reminder that is later than this is left out when the next one is due, so that no user gets two at a time. */
const lateSeconds = 600;
const batchSize = 100;

/**
 * Sends the reminders to verify (`VERIFY_REMINDERS`) that are due, each once, by whichever replica is first. All replicas may run
 * this at the same time. Ends early when `stopping` is aborted.
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

/** False when it is not due any more: the user has verified or left since, or another replica was first. */
async function remind(
  ctx: Context,
  user: { id: string; email: string },
  number: number,
): Promise<boolean> {
  const { id: userId, email } = user;
  const query = ctx.db
    .update(users)
    .set({ verifyRemindersSent: number })
    .where(and(eq(users.id, userId), eq(users.email, email), isDue(ctx, number)))
    .returning({ credentialsVersion: users.credentialsVersion });
  const linkTtlSeconds = ctx.settings.verifyEmailTtlSeconds;
  const kind = "verify-reminder";
  const action = "user.verification_reminded";
  const rows = await commit(ctx, { query }, ({ credentialsVersion }) => {
    const recipient = { userId, credentialsVersion, email };
    const { challenge, mail } = mailLinkAndCode(ctx, recipient, { kind, linkTtlSeconds });
    const entry = { action, result: "success", userId, detail: { number } } as const;
    return [challenge, mail, recordAudit(ctx, entry)];
  });
  return rows.length > 0;
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
    isActive,
    lt(users.verifyRemindersSent, number),
    lte(users.createdAt, addSeconds(now, -thisSeconds)),
    gt(users.createdAt, addSeconds(now, -untilSeconds)),
  );
}
