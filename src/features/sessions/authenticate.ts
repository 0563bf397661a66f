import { and, eq, isNull } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import type { Db } from "../../platform/db/port.ts";
import type { Context } from "../../platform/platform.ts";
import { invalidToken, verifyAccessToken } from "../tokens/index.ts";
import { profileColumns, rolesOf, userColumns, users } from "../users/index.ts";
import { isLiving } from "./living-session.ts";
import { sessions } from "./table.ts";

/**
 * Whom an access token stands for. A genuine token is refused as soon as its session has ended or its user is gone;
 * what is known of the user is as of now, not as of the token. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`.
 */
export async function authenticate(ctx: Context, token: string): Promise<UserActor> {
  const claims = await verifyAccessToken(ctx, token);
  const user = await findUserOfLiveSession(ctx.db, claims.sid, ctx.clock.now());
  if (!user || user.id !== claims.sub) throw invalidToken();
  return {
    kind: "user",
    userId: user.id,
    sessionId: claims.sid,
    email: user.email,
    username: user.username,
    name: user.name,
    emailVerified: user.emailVerifiedAt !== null,
    roles: rolesOf(user),
    profile: {
      phone: user.phone,
      avatarUrl: user.avatarUrl,
      locale: user.locale,
      metadata: user.metadata,
    },
    tokenExpiresAt: new Date(claims.exp * 1000),
  };
}

async function findUserOfLiveSession(db: Db, sessionId: string, now: Date) {
  const [user] = await db
    .select({ ...userColumns, ...profileColumns })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.id, sessionId), isLiving(now), isNull(users.deletedAt)));
  return user ?? null;
}
