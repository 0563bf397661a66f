import { and, eq, isNull, or } from "drizzle-orm";

import type { Context } from "../../../platform/platform.ts";
import {
  hasTwoFactors,
  heldPermissions,
  heldWithoutMfa,
  inSession,
  userColumns,
  type UserRecord,
} from "../../roles/index.ts";
import { invalidToken, type TokenGrantFacts, verifyRefreshToken } from "../../tokens/index.ts";
import { users } from "../../users/index.ts";
import { isActiveSession, meetsSignInSettings } from "../queries.ts";
import { hashTokenId } from "./refresh-token.ts";
import { grantColumns } from "./refreshed-session.ts";
import { sessions } from "../table.ts";

/** An active session's current refresh token, with its user. Times are in seconds since 1970. */
export interface ActiveRefreshToken {
  /** With the roles that are effective in the session, as `permissions`. */
  readonly user: UserRecord;
  readonly permissions: readonly string[];
  readonly sessionId: string;
  /** What its client was granted; null for a session of Gatehouse itself. */
  readonly grant: TokenGrantFacts | null;
  readonly tokenId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/**
 * Verifies a refresh token without using it: it is not exchanged, and an old token does not end the session. Throws
 * `INVALID_TOKEN`, also for a token that was replaced or that `refresh` would refuse, and `EXPIRED_TOKEN`. A token of a client's
 * session is valid for that client alone.
 */
export async function introspectRefreshToken(
  ctx: Context,
  token: string,
  clientId: string | null = null,
): Promise<ActiveRefreshToken> {
  const { sid, sub, jti, iat, exp } = await verifyRefreshToken(ctx, token);
  const [row] = await ctx.db
    .select({
      ...userColumns,
      held: heldPermissions,
      heldWithoutMfa,
      amr: sessions.amr,
      ...grantColumns,
    })
    .from(sessions)
    .innerJoin(users, isActiveSession(ctx.clock.now()))
    .where(
      and(
        eq(sessions.id, sid),
        eq(sessions.userId, sub),
        eq(sessions.refreshTokenHash, hashTokenId(jti)),
        or(
          isNull(sessions.clientId),
          clientId === null ? undefined : eq(sessions.clientId, clientId),
        ),
        meetsSignInSettings(ctx.settings.requireEmailVerification),
      ),
    );
  if (!row) throw invalidToken();
  const {
    held,
    heldWithoutMfa: withoutMfa,
    amr,
    clientId: grantee,
    scopes,
    resource,
    ...user
  } = row;
  const permissions = hasTwoFactors(amr) ? held : withoutMfa;
  return {
    user: inSession(user, amr),
    permissions,
    sessionId: sid,
    grant: grantee === null ? null : { clientId: grantee, scopes: scopes ?? [], resource },
    tokenId: jti,
    issuedAt: iat,
    expiresAt: exp,
  };
}
