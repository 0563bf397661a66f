import { sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { changedColumn, type Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { consumeCode, consumeToken, wasConsumed } from "../mail-challenges/index.ts";
import { canonicalEmail, users } from "../users/index.ts";
import { answerInEqualTime } from "./equal-time.ts";

const purpose = "verify-email";

/** Verifies an address by the token of a mailed link. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`. */
export async function verifyEmailByToken(
  ctx: Context,
  token: string,
): Promise<{ userId: string }> {
  const challenge = await consumeToken(ctx, purpose, token, verifiedEffects(ctx, "link"));
  if (challenge === "expired") {
    throw new AppError("EXPIRED_TOKEN", "The link has expired. Ask for a new mail.");
  }
  if (challenge === null) {
    throw new AppError("INVALID_TOKEN", "The link is invalid or was used before.");
  }
  ctx.outboxWritten();
  return { userId: challenge.userId };
}

/** Verifies an address by its mailed code. Throws `INVALID_CODE` for every other pair, known address or not. */
export async function verifyEmailByCode(
  ctx: Context,
  input: { email: string; code: string },
): Promise<{ userId: string }> {
  const email = canonicalEmail(input.email);
  const challenge = await answerInEqualTime(() =>
    consumeCode(ctx, { purpose, email, code: input.code }, [
      ...verifiedEffects(ctx, "code"),
      recordAudit(
        ctx,
        {
          action: "user.email_verified",
          result: "failure",
          userId: changedColumn("user_id"),
          detail: { by: "code" },
        },
        sql`not (${wasConsumed})`,
      ),
    ]),
  );
  if (challenge === null) {
    throw new AppError("INVALID_CODE", "The code is wrong, used or expired.");
  }
  ctx.outboxWritten();
  return { userId: challenge.userId };
}

/** What goes with a used challenge: the user's row, the record, the event. */
function verifiedEffects(ctx: Context, by: "link" | "code"): Effect[] {
  const userId = changedColumn("user_id");
  const now = sql`${sql.param(ctx.clock.now(), users.updatedAt)}::timestamptz`;
  return [
    (changed) => sql`
      update ${users} set email_verified_at = coalesce(email_verified_at, ${now}), updated_at = ${now}
      from ${changed} where ${users.id} = ${changed}.user_id and ${changed}.consumed_at is not null`,
    recordAudit(
      ctx,
      { action: "user.email_verified", result: "success", userId, detail: { by } },
      wasConsumed,
    ),
    recordEvent(
      ctx,
      "user.email_verified",
      { user_id: userId, email: changedColumn("email") },
      { when: wasConsumed },
    ),
  ];
}
