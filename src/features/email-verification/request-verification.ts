import { and, eq, isNull, sql } from "drizzle-orm";

import { changedColumn, withEffects } from "../../platform/db/write.ts";
import { enqueueAlone } from "../../platform/outbox/enqueue.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { canonicalEmail, users } from "../users/index.ts";
import { composeVerificationMail } from "./verification-mail.ts";

/** The outbox topic of requests for a verification mail. */
export const verificationRequestTopic = "verification-request";

/**
 * Takes note that somebody asked for a new verification mail. Nothing is looked up before the answer: for a known and for an
 * unknown address the same single row is written, and a worker does the rest. Throws `INVALID_EMAIL`.
 */
export async function requestVerification(ctx: Context, input: { email: string }): Promise<void> {
  const email = canonicalEmail(input.email);
  await enqueueAlone(ctx, {
    topic: verificationRequestTopic,
    key: null,
    payload: { email, origin: ctx.origin },
  });
  ctx.outboxWritten();
}

/** Sends a verification mail to a living, unverified user with this address; does nothing for any other. */
export async function sendVerification(ctx: Context, input: { email: string }): Promise<void> {
  const unverified = ctx.db.$with("unverified").as(
    ctx.db
      .select({ id: users.id })
      .from(users)
      .where(
        and(
          eq(sql`lower(${users.email})`, input.email),
          isNull(users.emailVerifiedAt),
          isNull(users.deletedAt),
        ),
      ),
  );
  const userId = changedColumn("id");
  const { effects } = composeVerificationMail(ctx, { id: userId, email: input.email, name: null });
  const [sent] = await withEffects(ctx.db, unverified, [
    ...effects,
    recordAudit(ctx, { action: "user.verification_requested", result: "success", userId }),
  ])
    .select()
    .from(unverified);
  if (sent) ctx.outboxWritten();
}
