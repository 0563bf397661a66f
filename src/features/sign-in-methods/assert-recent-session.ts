import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, recordFailure } from "../audit/index.ts";
import { isRecentSession } from "../sessions/index.ts";
import { invalidToken } from "../tokens/index.ts";
import { isActiveUser, users } from "../users/index.ts";

/**
 * A stolen token must not take a way to sign in from the user: removing one needs a sign-in or reauthentication of the last hour. A
 * refusal is recorded as a failure of `action`. Throws `REAUTHENTICATION_REQUIRED`.
 */
export async function assertRecentSession(
  ctx: Context<UserActor>,
  action: AuditAction,
): Promise<void> {
  const { userId, sessionId } = ctx.actor;
  const [user] = await ctx.db
    .select({ isRecent: isRecentSession(sessionId, ctx.clock.now()) })
    .from(users)
    .where(isActiveUser(userId));
  if (!user) throw invalidToken();
  if (user.isRecent) return;
  recordFailure(ctx, { action, userId, sessionId, detail: { reason: "session_not_fresh" } });
  throw new AppError(
    "REAUTHENTICATION_REQUIRED",
    "Sign in again or reauthenticate, then repeat this request.",
  );
}
