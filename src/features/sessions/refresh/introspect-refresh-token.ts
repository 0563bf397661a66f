import { and, eq } from "drizzle-orm";

import type { Context } from "../../../platform/platform.ts";
import { heldPermissions, userColumns, type UserRecord } from "../../roles/index.ts";
import { invalidToken, verifyRefreshToken } from "../../tokens/index.ts";
import { users } from "../../users/index.ts";
import { isActiveSession } from "../queries.ts";
import { hashTokenId } from "./refresh-token-chain.ts";
import { sessions } from "../table.ts";

/** A session's living refresh token: whose it is, and what it says of itself. Times are in seconds since 1970. */
export interface ActiveRefreshToken {
  readonly user: UserRecord;
  /** What she may do. */
  readonly permissions: readonly string[];
  readonly sessionId: string;
  readonly tokenId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/**
 * Judges a refresh token without using it: nothing is exchanged, and an old token ends nothing. Throws `INVALID_TOKEN`,
 * also for one that has been replaced, and `EXPIRED_TOKEN`.
 */
export async function introspectRefreshToken(
  ctx: Context,
  token: string,
): Promise<ActiveRefreshToken> {
  const { sid, sub, jti, iat, exp } = await verifyRefreshToken(ctx, token);
  const [row] = await ctx.db
    .select({ ...userColumns, permissions: heldPermissions })
    .from(sessions)
    .innerJoin(users, isActiveSession(ctx.clock.now()))
    .where(
      and(
        eq(sessions.id, sid),
        eq(sessions.userId, sub),
        eq(sessions.refreshTokenHash, hashTokenId(jti)),
      ),
    );
  if (!row) throw invalidToken();
  const { permissions, ...user } = row;
  return { user, permissions, sessionId: sid, tokenId: jti, issuedAt: iat, expiresAt: exp };
}
