import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import { admissionOf } from "../../platform/password-hasher/admission.ts";
import type { Context } from "../../platform/platform.ts";
import type { AuditAction } from "../audit/index.ts";
import { attemptPassword, recordFailedAttempt } from "../sign-in/index.ts";
import { isPossiblePassword, normalizePassword } from "./policy.ts";
import { findUserWithPassword } from "./queries.ts";

/** The signed-in user's account when the password was verified. */
export interface ProvenAccount {
  readonly email: string;
  readonly username: string | null;
  /** The statement that relies on the password must find this version unchanged. */
  readonly credentialsVersion: number;
}

/** What the password is asked for: the action that is recorded as failed if it is wrong, and its field in the request. */
export interface PasswordPurpose {
  readonly action: AuditAction;
  readonly field: "password" | "current_password";
}

/**
 * Verifies the signed-in user's password, for requests for which an access token alone is not enough. Throws
 * `INVALID_CREDENTIALS`, also if the user has no password, `RATE_LIMITED` and `OVERLOADED`.
 */
export async function verifyOwnPassword(
  ctx: Context<UserActor>,
  password: string,
  { action, field }: PasswordPurpose,
): Promise<ProvenAccount> {
  const { userId, sessionId } = ctx.actor;
  const found = await findUserWithPassword(ctx.db, { id: userId });
  const attempt = await attemptPassword(ctx, admissionOf(ctx, userId), {
    account: found?.email ?? userId,
    user: found && { userId, credentialsVersion: found.credentialsVersion },
    password: isPossiblePassword(password) ? normalizePassword(password) : "",
    typed: password,
    storedHash: found?.passwordHash ?? null,
  });
  if (!found || attempt.outcome !== "right") {
    const reason = attempt.outcome === "throttled" ? "throttled" : "wrong_password";
    await recordFailedAttempt(ctx, attempt, { action, userId, sessionId, reason });
    throw new AppError("INVALID_CREDENTIALS", "The password is incorrect.", {
      faults: [{ field, issue: "Is not the account's password." }],
    });
  }
  await ctx.limiter.clearNow(ctx.db, attempt.clearedBySuccess);
  const { email, username, credentialsVersion } = found;
  return { email, username, credentialsVersion };
}
