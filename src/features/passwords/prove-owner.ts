import { isNotNull, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { recordFailure } from "../audit/index.ts";
import { isRecentSession } from "../sessions/index.ts";
import { invalidToken } from "../tokens/index.ts";
import { isActiveUser, users } from "../users/index.ts";
import {
  type PasswordPurpose,
  type ProvenAccount,
  verifyOwnPassword,
} from "./verify-own-password.ts";

/**
 * Proves that a sensitive request is the user's own: by the password where the account has one, else by a sign-in or
 * reauthentication of the last hour, since a stolen token is rarely that young. Throws `VALIDATION_ERROR` (the password is
 * missing), `INVALID_CREDENTIALS`, `REAUTHENTICATION_REQUIRED`, `RATE_LIMITED` and `OVERLOADED`.
 */
export async function proveOwner(
  ctx: Context<UserActor>,
  password: string | undefined,
  purpose: PasswordPurpose,
): Promise<ProvenAccount> {
  if (password !== undefined) return verifyOwnPassword(ctx, password, purpose);
  const { userId, sessionId } = ctx.actor;
  const [found] = await ctx.db
    .select({
      email: users.email,
      username: users.username,
      credentialsVersion: users.credentialsVersion,
      hasPassword: sql<boolean>`${isNotNull(users.passwordHash)}`,
      isRecent: isRecentSession(sessionId, ctx.clock.now()),
    })
    .from(users)
    .where(isActiveUser(userId));
  if (!found) throw invalidToken();
  const { hasPassword, isRecent, ...account } = found;
  if (hasPassword) {
    throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
      faults: [{ field: purpose.field, issue: "Is required." }],
    });
  }
  if (isRecent) return account;
  const detail = { reason: "session_not_fresh" };
  recordFailure(ctx, { action: purpose.action, userId, sessionId, detail });
  throw new AppError(
    "REAUTHENTICATION_REQUIRED",
    "Sign in again or reauthenticate, then repeat this request.",
  );
}
