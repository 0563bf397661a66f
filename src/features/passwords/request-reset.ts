import { and, eq, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { changedColumn, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { queueMail } from "../mail/index.ts";
import { challengeLink, issueChallenge, takeRequest } from "../email-challenges/index.ts";
import { isActive, users } from "../users/index.ts";

/** The outbox topic of requests for a password reset. */
export const passwordResetTopic = "password-reset-request";

/**
 * Takes note that somebody asked for a new password. Nothing is looked up before the answer: for a known and for an unknown
 * address the same single row is written, and a worker does the rest. Throws `INVALID_EMAIL`.
 */
export async function requestPasswordReset(ctx: Context, input: { email: string }): Promise<void> {
  await takeRequest(ctx, passwordResetTopic, input);
}

/**
 * Mails a living user with this address a link to set a new password, whether she has one or not; does nothing for any
 * other address. The present password stays until the link is used.
 */
export async function sendPasswordReset(ctx: Context, input: { email: string }): Promise<void> {
  const { email } = input;
  const known = ctx.db.$with("known").as(
    ctx.db
      .select({ id: users.id, credentialsVersion: users.credentialsVersion })
      .from(users)
      .where(and(eq(sql`lower(${users.email})`, email), isActive)),
  );
  const userId = changedColumn("id");
  const linkTtlSeconds = ctx.settings.passwordResetTtlSeconds;
  const { token, effect } = issueChallenge(ctx, {
    userId,
    credentialsVersion: changedColumn("credentials_version"),
    email,
    purpose: "reset-password",
    linkTtlSeconds,
    hasCode: false,
  });
  const [sent] = await withEffects(ctx.db, known, [
    effect,
    queueMail(ctx, {
      userId,
      to: email,
      usefulUntil: addSeconds(ctx.clock.now(), linkTtlSeconds),
      content: {
        kind: "reset-password",
        linkTtlSeconds,
        secrets: { link: challengeLink(ctx, "reset-password", token) },
      },
    }),
    recordAudit(ctx, { action: "user.password_reset_requested", result: "success", userId }),
    recordEvent(ctx, "user.password_reset_requested", { user_id: userId, email }),
  ])
    .select()
    .from(known);
  if (sent) ctx.outboxWritten();
}
