import { eq } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { updateRows } from "../../platform/db/effects.ts";
import { violatedUniqueConstraint } from "../../platform/db/errors.ts";
import { jsonObject } from "../../platform/db/json-object.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordFailure } from "../audit/index.ts";
import { type ChallengeEffects, consumeToken, findChallenge } from "../email-challenges/index.ts";
import { recordEvent } from "../events/index.ts";
import { queueMail } from "../mail/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { nextCredentialsVersion, users } from "../users/index.ts";

const purpose = "change-email";
const action = "user.email_changed";

/**
 * Gives a user the address to which the link was mailed. All sessions of the user end: the request has no session, and another
 * person may have opened one with the old address. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`, `CONFLICT` (the address became
 * another user's since).
 */
export async function confirmEmailChange(ctx: Context, token: string): Promise<{ email: string }> {
  const challenge = await consumeToken(ctx, purpose, token, changeEffects(ctx)).catch(
    async (error: unknown) => {
      if (violatedUniqueConstraint(error) !== "users_email_unique") throw error;
      const userId = (await findChallenge(ctx, purpose, token))?.userId ?? null;
      const detail = { reason: "CONFLICT" };
      recordFailure(ctx, { action, userId, detail });
      throw new AppError("CONFLICT", "This e-mail address now belongs to another account.");
    },
  );
  if (challenge === "expired") {
    throw new AppError("EXPIRED_TOKEN", "The link has expired. Ask for a new mail.");
  }
  if (challenge === null) {
    throw new AppError("INVALID_TOKEN", "The link is invalid or was used before.");
  }
  return { email: challenge.email };
}

/** Whether this link gave its user the address that they have: then following it again is no error. */
export async function hasChangedEmail(ctx: Context, token: string): Promise<boolean> {
  return (await findChallenge(ctx, purpose, token))?.state === "consumed";
}

/** The new address, ended sessions, the record, the event, and a mail to the previous address. */
function changeEffects(ctx: Context): ChallengeEffects {
  const now = ctx.clock.now();
  return {
    consumed: ({ userId, email, previousEmail }) => [
      updateRows(
        users,
        {
          email,
          emailVerifiedAt: now,
          credentialsVersion: nextCredentialsVersion,
          updatedAt: now,
        },
        eq(users.id, userId),
      ),
      endSessionsOf(ctx, { userId, reason: "email_changed" }),
      recordAudit(ctx, {
        action,
        result: "success",
        userId,
        detail: jsonObject({ email, previous_email: previousEmail }),
      }),
      ...recordEvent(ctx, action, { user_id: userId, email, previous_email: previousEmail }),
      queueMail(ctx, {
        userId,
        to: previousEmail,
        content: { kind: "email-changed", stage: "changed", newEmail: email },
      }),
    ],
    refused: (userId) => recordFailure(ctx, { action, userId }),
  };
}
