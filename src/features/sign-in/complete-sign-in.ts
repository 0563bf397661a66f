import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, writeAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { openSession, tokenResponse } from "../sessions/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import type { UserRecord } from "../users/index.ts";

/** What a way of signing in has established. */
export interface ProvenIdentity {
  readonly user: UserRecord;
  /** Authentication method references (RFC 8176). */
  readonly amr: readonly string[];
  /** The hash that a password was verified against, so that a change meanwhile is noticed. */
  readonly passwordHash?: string;
}

/**
 * The one door that every way to sign in ends in: refuses the unverified, opens the session, records and announces it,
 * and gives the tokens. Throws `EMAIL_NOT_VERIFIED`, `INVALID_CREDENTIALS` (the account changed meanwhile).
 */
export async function completeSignIn(
  ctx: Context,
  identity: ProvenIdentity,
): Promise<TokenResponse> {
  const { user, amr } = identity;
  if (ctx.settings.requireEmailVerification && user.emailVerifiedAt === null) {
    await recordRefusal(ctx, user, "email_not_verified");
    throw new AppError("EMAIL_NOT_VERIFIED", "Verify your e-mail address before signing in.");
  }
  const opened = await openSession(
    ctx,
    {
      userId: user.id,
      amr,
      ...(identity.passwordHash === undefined ? {} : { passwordHash: identity.passwordHash }),
    },
    (sessionId) => [
      recordAudit(ctx, {
        action: "user.login",
        result: "success",
        userId: user.id,
        sessionId,
        detail: { amr },
      }),
      recordEvent(ctx, "user.logged_in", {
        user_id: user.id,
        email: user.email,
        ip_address: ctx.origin.ipAddress,
      }),
    ],
  );
  if (!opened) {
    await recordRefusal(ctx, user, "account_changed");
    throw invalidCredentials();
  }
  ctx.outboxWritten();
  return tokenResponse(ctx, user, { ...opened, amr });
}

/** A proof that was right and still gave no session is a failed sign-in as well. */
async function recordRefusal(ctx: Context, user: UserRecord, reason: string): Promise<void> {
  const detail = { reason };
  await writeAudit(ctx, { action: "user.login", result: "failure", userId: user.id, detail });
}

/** The one answer to every failed sign-in, whatever the reason. */
export function invalidCredentials(): AppError {
  return new AppError("INVALID_CREDENTIALS", "The credentials are incorrect.");
}
