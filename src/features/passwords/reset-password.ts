import { sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { changedColumn, type Effect, otherwise } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, writeAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { consumeToken, findChallenge, wasConsumed } from "../email-challenges/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { forgetDevices } from "../sign-in/index.ts";
import { findUserWithPassword } from "./queries.ts";
import { nextCredentialsVersion, users } from "../users/index.ts";
import { hashChosenPassword } from "./choose-password.ts";
import { recordNewPassword } from "./record-new-password.ts";

const purpose = "reset-password";
const by = "reset";
const failure = { action: "user.password_changed", result: "failure", detail: { by } } as const;

/** A mailed link's token, and the password that it is to set. */
export interface ResetPasswordInput {
  readonly token: string;
  readonly password: string;
  readonly confirmation: string | undefined;
}

/**
 * Sets a new password by the token of a mailed link, ends every session and opens none. A password that is refused uses no
 * link up. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`, `PASSWORD_MISMATCH`, `WEAK_PASSWORD`, `OVERLOADED`.
 */
export async function resetPassword(ctx: Context, input: ResetPasswordInput): Promise<void> {
  const account = await findAccount(ctx, input.token);
  const passwordHash = await hashChosenPassword(ctx, {
    password: input.password,
    confirmation: input.confirmation,
    username: account.username,
    email: account.email,
  });
  // The reading above decides nothing: of any number of callers that got here, one has the link.
  const effects = resetEffects(ctx, account.id, passwordHash);
  const challenge = await consumeToken(ctx, purpose, input.token, effects);
  if (challenge === null || challenge === "expired") throw deadLink(challenge);
  ctx.changes.announce({ subject: "user", id: challenge.userId });
  ctx.outboxWritten();
}

/** Whose password the link would set: for the policy, and so that a dead link costs no hashing. */
async function findAccount(ctx: Context, token: string) {
  const challenge = await findChallenge(ctx, purpose, token);
  const account =
    challenge?.state === "living"
      ? await findUserWithPassword(ctx.db, { id: challenge.userId })
      : null;
  if (account) return account;
  await writeAudit(ctx, { ...failure, userId: challenge?.userId ?? null });
  throw deadLink(challenge?.state === "expired" ? "expired" : null);
}

function deadLink(state: "expired" | null): AppError {
  return state === "expired"
    ? new AppError("EXPIRED_TOKEN", "The link has expired. Ask for a new mail.")
    : new AppError("INVALID_TOKEN", "The link is invalid or was used before.");
}

/**
 * What goes with a used link. Whoever has it has the mailbox, so it verifies the address too; what somebody else may have
 * set up before is gone with the old password, the sessions and the version. With any other attempt: the record.
 */
function resetEffects(ctx: Context, userId: string, passwordHash: string): Effect[] {
  const email = changedColumn("email");
  const now = sql`${sql.param(ctx.clock.now(), users.updatedAt)}::timestamptz`;
  const verified = "user.email_verified";
  const isVerifiedByIt = sql`${wasConsumed} and not ${changedColumn("was_verified")}`;
  return [
    (changed) => sql`
      update ${users} set password_hash = ${passwordHash}::text, credentials_version = ${nextCredentialsVersion},
        email_verified_at = coalesce(email_verified_at, ${now}), wanted_username = null, updated_at = ${now}
      from ${changed} where ${users.id} = ${userId} and ${changed}.consumed_at is not null`,
    endSessionsOf(ctx, { userId, reason: "password_reset" }, wasConsumed),
    forgetDevices(ctx, userId, isVerifiedByIt),
    ...recordNewPassword(ctx, by, wasConsumed),
    recordAudit(
      ctx,
      { action: verified, result: "success", userId, detail: { by } },
      isVerifiedByIt,
    ),
    recordEvent(ctx, verified, { user_id: userId, email }, { when: isVerifiedByIt }),
    recordAudit(ctx, { ...failure, userId }, sql`not (${wasConsumed})`),
    otherwise(recordAudit(ctx, { ...failure, userId })),
  ];
}
