import { and, eq, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { answerInEqualTime } from "../../kernel/equal-time.ts";
import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import { when } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordFailure, recordRefusal } from "../audit/index.ts";
import { deleteEarlier, mailLink } from "../email-challenges/index.ts";
import { limits, recipientLimits, spend, spendOrReject } from "../limits/index.ts";
import { queueMail } from "../mail/index.ts";
import { proveOwner } from "../passwords/index.ts";
import { invalidCredentials } from "../sign-in/index.ts";
import { assertDomainAllowed, canonicalEmail, isActiveUser, users } from "../users/index.ts";

const action = "user.email_change_requested";

/**
 * Mails a link to the address that the signed-in user wants to have, and a notice to the one that they have, which stays theirs
 * until the link is used. If the address is another user's, only the notice is mailed, with the same response. Throws
 * `INVALID_EMAIL`, `REGISTRATION_CLOSED` (its domain is not accepted), `VALIDATION_ERROR` (the user has that address already),
 * `INVALID_CREDENTIALS`, `REAUTHENTICATION_REQUIRED`, `OVERLOADED`.
 */
export async function requestEmailChange(
  ctx: Context<UserActor>,
  input: { newEmail: string; password: string | undefined },
): Promise<void> {
  const { userId, sessionId } = ctx.actor;
  const newEmail = canonicalEmail(input.newEmail, "new_email");
  await spendOrReject(ctx, [{ limit: limits.emailChangeByAccount, source: userId }]);
  await recordRefusal(ctx, { action, userId, detail: {} }, async () =>
    assertDomainAllowed(ctx, newEmail, "new_email"),
  );
  const account = await proveOwner(ctx, input.password, { action, field: "password" });
  if (newEmail === account.email) {
    throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
      faults: [{ field: "new_email", issue: "Is the present address." }],
    });
  }

  const { credentialsVersion } = account;
  const query = ctx.db
    .select({
      isFree: sql<boolean>`not exists (
        select from ${users} as "other"
        where lower("other"."email") = ${newEmail} and "other"."deleted_at" is null)`.as("is_free"),
    })
    .from(users)
    .where(and(isActiveUser(userId), eq(users.credentialsVersion, credentialsVersion)));
  const recipient = { userId, credentialsVersion, email: newEmail };
  const linkTtlSeconds = ctx.settings.verifyEmailTtlSeconds;
  const { challenge, mail } = mailLink(ctx, recipient, { kind: "change-email", linkTtlSeconds });
  const notice = queueMail(ctx, {
    userId,
    to: account.email,
    content: { kind: "email-changed", stage: "requested", newEmail },
  });
  const { isWithin: mayMail } = await spend(
    ctx,
    recipientLimits("change-email").map((limit) => ({ limit, source: newEmail })),
  );
  const [row] = await answerInEqualTime(() =>
    commit(ctx, { query }, ({ isFree }) => [
      // The link to an address that was mistyped must not work; whether it does must not say that this address is taken.
      deleteEarlier("change-email", userId),
      challenge,
      ...when(isFree, mayMail ? [mail] : []),
      notice,
      recordAudit(ctx, { action, result: "success", userId, sessionId }),
    ]),
  );
  if (!row) {
    const detail = { reason: "account_changed" };
    recordFailure(ctx, { action, userId, sessionId, detail });
    throw invalidCredentials();
  }
}
