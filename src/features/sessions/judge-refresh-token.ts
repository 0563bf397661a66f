import { and, eq } from "drizzle-orm";

import type { Context } from "../../platform/platform.ts";
import { invalidToken, verifyRefreshToken } from "../tokens/index.ts";
import { userColumns, type UserRecord, users } from "../users/index.ts";
import { isLiving } from "./living-session.ts";
import { hashTokenId } from "./refresh-token-chain.ts";
import { sessions } from "./table.ts";

/** A session's living refresh token: whose it is, and what it says of itself. Times are in seconds since 1970. */
export interface LivingRefreshToken {
  readonly user: UserRecord;
  readonly sessionId: string;
  readonly tokenId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/**
 * Judges a refresh token without using it: nothing is exchanged, and an old token ends nothing. Throws `INVALID_TOKEN`,
 * also for one that has been replaced, and `EXPIRED_TOKEN`.
 */
export async function judgeRefreshToken(ctx: Context, token: string): Promise<LivingRefreshToken> {
  const { sid, sub, jti, iat, exp } = await verifyRefreshToken(ctx, token);
  const [user] = await ctx.db
    .select(userColumns)
    .from(sessions)
    .innerJoin(users, isLiving(ctx.clock.now()))
    .where(
      and(
        eq(sessions.id, sid),
        eq(sessions.userId, sub),
        eq(sessions.refreshTokenHash, hashTokenId(jti)),
      ),
    );
  if (!user) throw invalidToken();
  return { user, sessionId: sid, tokenId: jti, issuedAt: iat, expiresAt: exp };
}
