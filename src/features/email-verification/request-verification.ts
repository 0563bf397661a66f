import { and, eq, isNull, sql } from "drizzle-orm";

import { changedColumn, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { takeRequest } from "../email-challenges/index.ts";
import { isActive, users } from "../users/index.ts";
import { composeVerificationMail } from "./verification-mail.ts";

/** The outbox topic of requests for a verification mail. */
export const verificationRequestTopic = "verification-request";

/** Takes note that somebody asked for a new verification mail. Throws `INVALID_EMAIL`. */
export async function requestVerification(ctx: Context, input: { email: string }): Promise<void> {
  await takeRequest(ctx, verificationRequestTopic, input);
}

/** Sends a verification mail to a living, unverified user with this address; does nothing for any other. */
export async function sendVerification(ctx: Context, input: { email: string }): Promise<void> {
  const unverified = ctx.db.$with("unverified").as(
    ctx.db
      .select({ id: users.id, credentialsVersion: users.credentialsVersion })
      .from(users)
      .where(
        and(eq(sql`lower(${users.email})`, input.email), isNull(users.emailVerifiedAt), isActive),
      ),
  );
  const userId = changedColumn("id");
  const { effects } = composeVerificationMail(ctx, {
    id: userId,
    credentialsVersion: changedColumn("credentials_version"),
    email: input.email,
  });
  const [sent] = await withEffects(ctx.db, unverified, [
    ...effects,
    recordAudit(ctx, { action: "user.verification_requested", result: "success", userId }),
  ])
    .select()
    .from(unverified);
  if (sent) ctx.outboxWritten();
}
