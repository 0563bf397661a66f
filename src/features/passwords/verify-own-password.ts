import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import type { AuditAction } from "../audit/index.ts";
import { beginPasswordAttempt, recordFailedAttempt } from "../sign-in/index.ts";
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
  const attempt = await beginPasswordAttempt(ctx, { name: found?.email ?? userId, userId });
  const failure = { action, userId, sessionId } as const;
  if (attempt.isThrottled) {
    await recordFailedAttempt(ctx, attempt, { ...failure, reason: "throttled" });
    throw incorrectPassword(field);
  }
  const candidate = isPossiblePassword(password) ? normalizePassword(password) : "";
  const isRight = await ctx.hasher.verify(candidate, found?.passwordHash ?? null, password);
  if (!found || !isRight) {
    await recordFailedAttempt(ctx, attempt, { ...failure, reason: "wrong_password" });
    throw incorrectPassword(field);
  }
  await ctx.limiter.clearNow(ctx.db, attempt.clearedBySuccess);
  const { email, username, credentialsVersion } = found;
  return { email, username, credentialsVersion };
}

function incorrectPassword(field: PasswordPurpose["field"]): AppError {
  return new AppError("INVALID_CREDENTIALS", "The password is incorrect.", {
    faults: [{ field, issue: "Is not the account's password." }],
  });
}
