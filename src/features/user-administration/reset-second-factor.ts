import { and } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { hasSecondFactor, turnOff } from "../mfa/index.ts";
import { nextCredentialsVersion, users } from "../users/index.ts";
import { administerUser, isAsRead } from "./administer-user.ts";

const action = "user.mfa_disabled";

/**
 * Turns a user's second factor off, for one who has lost it: deletes the secret, the recovery codes and the trusted devices, ends
 * every session, and mails the user. Throws `USER_NOT_FOUND`, `FORBIDDEN` (also for the actor's own), `NOT_FOUND` (the user has no
 * second factor).
 */
export async function resetSecondFactor(ctx: Context, userId: string): Promise<void> {
  const actions = [{ action, detail: { by: "administrator" } }] as const;
  await administerUser(ctx, { userId, actions }, async (account) => {
    if (ctx.actor.kind === "user" && ctx.actor.userId === userId) {
      // Of their own a stolen token would turn it off without the password and the factor.
      throw new AppError("FORBIDDEN", "Turn your own off at /api/v1/auth/2fa/disable.");
    }
    const [found] = await ctx.db
      .select({ id: users.id })
      .from(users)
      .where(and(isAsRead(account), hasSecondFactor(ctx)));
    if (!found) throw new AppError("NOT_FOUND", "The user has no second factor.");
    const query = ctx.db
      .update(users)
      .set({ credentialsVersion: nextCredentialsVersion, updatedAt: ctx.clock.now() })
      .where(and(isAsRead(account), hasSecondFactor(ctx)))
      .returning({ email: users.email });
    const announce = () => ({ subject: "user", id: userId }) as const;
    const rows = await commit(ctx, { query, announce }, ({ email }) =>
      turnOff(ctx, { userId, email }, { by: "administrator" }),
    );
    return rows.length > 0 ? true : null;
  });
}
