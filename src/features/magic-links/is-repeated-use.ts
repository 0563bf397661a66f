import { and, eq } from "drizzle-orm";

import type { Context } from "../../platform/platform.ts";
import { findChallenge } from "../email-challenges/index.ts";
import { isActiveSession, sessions } from "../sessions/index.ts";
import { users } from "../users/index.ts";

/** Whether a link was used before, and is of the user who is signed in in the visitor's browser. */
export async function isRepeatedUse(ctx: Context, token: string): Promise<boolean> {
  if (!ctx.presentedSessionId) return false;
  const link = await findChallenge(ctx, "magic-link", token);
  if (link?.state !== "consumed") return false;
  const [session] = await ctx.db
    .select({ id: sessions.id })
    .from(sessions)
    .innerJoin(users, isActiveSession(ctx.clock.now()))
    .where(and(eq(sessions.id, ctx.presentedSessionId), eq(sessions.userId, link.userId)));
  return session !== undefined;
}
