import { sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { violatedUniqueConstraint } from "../../platform/db/errors.ts";
import { jsonObject } from "../../platform/db/json-object.ts";
import { changedColumn, type Effect, otherwise } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, writeAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { queueMail } from "../mail/index.ts";
import { consumeToken, findChallenge, wasConsumed } from "../email-challenges/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { nextCredentialsVersion, users } from "../users/index.ts";

const purpose = "change-email";
const action = "user.email_changed";

/**
 * Gives a user the address that the link was mailed to. All of her sessions end: the call comes without one, and whoever
 * made a session with the old address may not be she. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`, `CONFLICT` (the address
 * became somebody else's meanwhile).
 */
export async function confirmEmailChange(ctx: Context, token: string): Promise<{ email: string }> {
  const challenge = await consumeToken(ctx, purpose, token, changeEffects(ctx)).catch(
    async (error: unknown) => {
      if (violatedUniqueConstraint(error) !== "users_email_unique") throw error;
      const userId = (await findChallenge(ctx, purpose, token))?.userId ?? null;
      const detail = { reason: "CONFLICT" };
      await writeAudit(ctx, { action, result: "failure", userId, detail });
      throw new AppError("CONFLICT", "This e-mail address belongs to another account by now.");
    },
  );
  if (challenge === "expired") {
    throw new AppError("EXPIRED_TOKEN", "The link has expired. Ask for a new mail.");
  }
  if (challenge === null) {
    throw new AppError("INVALID_TOKEN", "The link is invalid or was used before.");
  }
  // This replica answers next, perhaps before the database's own news of the change arrives.
  ctx.changes.announce({ subject: "user", id: challenge.userId });
  ctx.outboxWritten();
  return { email: challenge.email };
}

/** Whether this link gave its user the address that she has: to press its button twice is no fault of hers. */
export async function hasChangedEmail(ctx: Context, token: string): Promise<boolean> {
  return (await findChallenge(ctx, purpose, token))?.state === "consumed";
}

/** What goes with a used challenge: the new address, ended sessions, the record, the event, and a mail to the old address. */
function changeEffects(ctx: Context): Effect[] {
  const userId = changedColumn("user_id");
  const email = changedColumn("email");
  // The statement sees the row as it was before.
  const previousEmail = sql`(select "before"."email" from ${users} as "before" where "before"."id" = ${userId})`;
  const now = sql`${sql.param(ctx.clock.now(), users.updatedAt)}::timestamptz`;
  const failure = { action, result: "failure" } as const;
  const detail = jsonObject({ email, previous_email: previousEmail });
  return [
    (changed) => sql`
      update ${users} set email = ${changed}.email, email_verified_at = ${now},
        credentials_version = ${nextCredentialsVersion}, updated_at = ${now}
      from ${changed} where ${users.id} = ${changed}.user_id and ${changed}.consumed_at is not null`,
    endSessionsOf(ctx, { userId, reason: "email_changed" }, wasConsumed),
    recordAudit(ctx, { action, result: "success", userId, detail }, wasConsumed),
    recordAudit(ctx, { ...failure, userId }, sql`not (${wasConsumed})`),
    otherwise(recordAudit(ctx, { ...failure, userId: null })),
    recordEvent(
      ctx,
      action,
      { user_id: userId, email, previous_email: previousEmail },
      { when: wasConsumed },
    ),
    queueMail(
      ctx,
      {
        userId,
        to: previousEmail,
        content: { kind: "email-changed", stage: "changed", newEmail: email },
      },
      wasConsumed,
    ),
  ];
}
