import { sql } from "drizzle-orm";

import { answerInEqualTime } from "../../kernel/equal-time.ts";
import { AppError } from "../../kernel/errors.ts";
import { violatedUniqueConstraint } from "../../platform/db/errors.ts";
import { changedColumn, type Effect, otherwise } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import {
  consumeCode,
  consumeToken,
  findChallenge,
  wasConsumed,
} from "../email-challenges/index.ts";
import { canonicalEmail, grantedUsername, users } from "../users/index.ts";

const purpose = "verify-email";

/** Verifies an address by the token of a mailed link. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`. */
export async function verifyEmailByToken(ctx: Context, token: string): Promise<{ userId: string }> {
  const challenge = await evenIfNameIsJustTaken(() =>
    consumeToken(ctx, purpose, token, verificationEffects(ctx, "link")),
  );
  if (challenge === "expired") {
    throw new AppError("EXPIRED_TOKEN", "The link has expired. Ask for a new mail.");
  }
  if (challenge === null) {
    throw new AppError("INVALID_TOKEN", "The link is invalid or was used before.");
  }
  return tellVerified(ctx, challenge.userId);
}

/** Verifies an address by its mailed code. Throws `INVALID_CODE` for every other pair, known address or not. */
export async function verifyEmailByCode(
  ctx: Context,
  input: { email: string; code: string },
): Promise<{ userId: string }> {
  const email = canonicalEmail(input.email);
  const challenge = await answerInEqualTime(() =>
    evenIfNameIsJustTaken(() =>
      consumeCode(ctx, { purpose, email, code: input.code }, verificationEffects(ctx, "code")),
    ),
  );
  if (challenge === null) {
    throw new AppError("INVALID_CODE", "The code is wrong, used or expired.");
  }
  return tellVerified(ctx, challenge.userId);
}

/** Somebody else got the wanted username while the statement ran. Nothing was written; sent again, it sees that. */
async function evenIfNameIsJustTaken<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (error) {
    if (violatedUniqueConstraint(error) !== "users_username_unique") throw error;
    return evenIfNameIsJustTaken(verify);
  }
}

/** This replica answers next, perhaps before the database's own news of the change arrives. */
function tellVerified(ctx: Context, userId: string): { userId: string } {
  ctx.changes.announce({ subject: "user", id: userId });
  ctx.outboxWritten();
  return { userId };
}

/** Whether this link has verified the address that its user still has: to press its button twice is no fault of hers. */
export async function hasVerifiedEmail(ctx: Context, token: string): Promise<boolean> {
  return (await findChallenge(ctx, purpose, token))?.state === "consumed";
}

/** What goes with a used challenge: the user's row, the record, the event. With any other attempt: the record. */
function verificationEffects(ctx: Context, by: "link" | "code"): Effect[] {
  const userId = changedColumn("user_id");
  const now = sql`${sql.param(ctx.clock.now(), users.updatedAt)}::timestamptz`;
  const action = "user.email_verified";
  const failure = { action, result: "failure", detail: { by } } as const;
  return [
    (changed) => sql`
      update ${users} set email_verified_at = coalesce(email_verified_at, ${now}), updated_at = ${now},
        username = ${grantedUsername}, wanted_username = null
      from ${changed} where ${users.id} = ${changed}.user_id and ${changed}.consumed_at is not null`,
    recordAudit(ctx, { action, result: "success", userId, detail: { by } }, wasConsumed),
    recordAudit(ctx, { ...failure, userId }, sql`not (${wasConsumed})`),
    otherwise(recordAudit(ctx, { ...failure, userId: null })),
    recordEvent(
      ctx,
      action,
      { user_id: userId, email: changedColumn("email") },
      // No news if a second mail was under way while the first one verified.
      { when: sql`${wasConsumed} and not ${changedColumn("was_verified")}` },
    ),
  ];
}
