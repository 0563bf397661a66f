import { and, eq, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import type { UserActor } from "../../kernel/context.ts";
import { answerInEqualTime } from "../../kernel/equal-time.ts";
import { AppError } from "../../kernel/errors.ts";
import { changedColumn, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, writeAudit } from "../audit/index.ts";
import { queueMail } from "../mail/index.ts";
import { challengeLink, issueChallenge } from "../email-challenges/index.ts";
import { verifyOwnPassword } from "../passwords/index.ts";
import { invalidCredentials } from "../sign-in/index.ts";
import { canonicalEmail, isActive, users } from "../users/index.ts";

const purpose = "change-email";
const action = "user.email_change_requested";

/**
 * Mails a link to the address that the signed-in user wants to have, and a notice to the one that she has, which stays hers
 * until the link is used. Where the address is somebody else's, only the notice is mailed, and nothing tells the caller.
 * Throws `INVALID_EMAIL`, `VALIDATION_ERROR` (it is hers already), `INVALID_CREDENTIALS`, `OVERLOADED`.
 */
export async function requestEmailChange(
  ctx: Context<UserActor>,
  input: { newEmail: string; password: string },
): Promise<void> {
  const { userId, sessionId } = ctx.actor;
  const newEmail = canonicalEmail(input.newEmail, "new_email");
  const account = await verifyOwnPassword(ctx, input.password, { action, field: "password" });
  if (newEmail === account.email) {
    throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
      faults: [{ field: "new_email", issue: "Is the present address." }],
    });
  }

  const { credentialsVersion } = account;
  const owner = ctx.db.$with("owner").as(
    ctx.db
      .select({
        isFree: sql<boolean>`not exists (
          select from ${users} as "holder"
          where lower("holder"."email") = ${newEmail} and "holder"."deleted_at" is null)`.as(
          "is_free",
        ),
      })
      .from(users)
      .where(and(eq(users.id, userId), eq(users.credentialsVersion, credentialsVersion), isActive)),
  );
  // Issued also where it is not mailed: an earlier link dies either way, and so tells nothing of the address.
  const linkTtlSeconds = ctx.settings.verifyEmailTtlSeconds;
  const challenge = { userId, credentialsVersion, email: newEmail, purpose } as const;
  const { token, effect } = issueChallenge(ctx, { ...challenge, linkTtlSeconds, hasCode: false });
  const link = challengeLink(ctx, purpose, token);
  const statement = withEffects(ctx.db, owner, [
    effect,
    queueMail(
      ctx,
      {
        userId,
        to: newEmail,
        usefulUntil: addSeconds(ctx.clock.now(), linkTtlSeconds),
        content: { kind: purpose, linkTtlSeconds, secrets: { link } },
      },
      changedColumn("is_free"),
    ),
    queueMail(ctx, {
      userId,
      to: account.email,
      content: { kind: "email-changed", stage: "requested", newEmail },
    }),
    recordAudit(ctx, { action, result: "success", userId, sessionId }),
  ])
    .select()
    .from(owner);
  const [row] = await answerInEqualTime(async () => statement);
  if (!row) {
    const detail = { reason: "account_changed" };
    await writeAudit(ctx, { action, result: "failure", userId, sessionId, detail });
    throw invalidCredentials();
  }
  ctx.outboxWritten();
}
