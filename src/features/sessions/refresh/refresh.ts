import { AppError } from "../../../kernel/errors.ts";
import type { Context } from "../../../platform/platform.ts";
import { writeAudit } from "../../audit/index.ts";
import { limits, spendOrReject } from "../../limits/index.ts";
import type { UserRecord } from "../../roles/index.ts";
import {
  invalidToken,
  type TokenGrantFacts,
  type TokenResponse,
  verifyRefreshToken,
} from "../../tokens/index.ts";
import { findGrant } from "./find-grant.ts";
import {
  findSuccessorTokenId,
  hashTokenId,
  successorTokenId,
  refreshTokenEnd,
} from "./refresh-token.ts";
import type { RefreshedSession } from "./refreshed-session.ts";
import { rotate } from "./rotate.ts";
import {
  endUnlessWithinGrace,
  isCurrentOfUnverifiedUser,
  type PresentedToken,
  touch,
} from "./keep-or-end.ts";
import { type OpenedSession, tokenResponse } from "../open-session.ts";

/** A session after a refresh, with its user, for which tokens can be signed. */
export interface RenewedSession {
  readonly user: UserRecord;
  readonly session: OpenedSession & { readonly amr: readonly string[] };
}

/** Exchanges a refresh token of Gatehouse itself for new tokens, as `renewSession` describes. */
export async function refresh(ctx: Context, refreshToken: string): Promise<TokenResponse> {
  const { user, session } = await renewSession(ctx, refreshToken, null);
  return tokenResponse(ctx, user, session);
}

/**
 * Replaces a refresh token of a client's session, or with null of one of Gatehouse itself (RFC 9700 §4.14.2). Each works once. Sent
 * again within the grace it gives the same successor, for callers that race or lost the response. Any older token is a stolen or a
 * stale one, and ends its session. `assertGranted` throws for what was not granted: the token is not used then. A user who could not
 * sign in as the settings are now is refused, and keeps the session and its token. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`,
 * `EMAIL_NOT_VERIFIED`, `RATE_LIMITED`.
 */
export async function renewSession(
  ctx: Context,
  refreshToken: string,
  clientId: string | null,
  assertGranted?: (grant: TokenGrantFacts) => void,
): Promise<RenewedSession> {
  const { sid, sub, jti } = await verifyRefreshToken(ctx, refreshToken);
  await spendOrReject(ctx, [{ limit: limits.refreshBySession, source: sid }]);
  const presented = { sessionId: sid, userId: sub, presentedHash: hashTokenId(jti), clientId };
  // What was granted never changes: the session may be read before it is written.
  const grant = assertGranted ? await findGrant(ctx, presented) : null;
  if (grant !== null) assertGranted?.(grant);
  // A statement that waited for a lock, such as that of the user's own change of password, compares the session after the
  // change with the user before it. The second attempt reads both after the change.
  const renewed = (await exchange(ctx, presented, jti)) ?? (await exchange(ctx, presented, jti));
  if (renewed !== null) return renewed;
  if (await isCurrentOfUnverifiedUser(ctx, presented)) throw await unverified(ctx, presented);
  throw invalidToken();
}

/** Null if no active session was found. */
async function exchange(
  ctx: Context,
  presented: PresentedToken,
  tokenId: string,
): Promise<RenewedSession | null> {
  const renewed = ctx.settings.refreshTokenRotation
    ? await replace(ctx, presented, tokenId)
    : await keep(ctx, presented, tokenId);
  if (renewed) return renewed;

  const session = await endUnlessWithinGrace(ctx, presented);
  if (!session) return null;
  if (session.hasEnded) throw invalidToken();
  if (ctx.settings.requireEmailVerification && session.user.emailVerifiedAt === null) {
    throw await unverified(ctx, presented);
  }
  const successor = findSuccessorTokenId(ctx, tokenId, session.refreshTokenHash);
  if (successor === null) throw invalidToken();
  return renewedOf(ctx, session, successor);
}

/** The error for a user who signed in while `REQUIRE_EMAIL_VERIFICATION` was off, and has not verified the address since. */
async function unverified(ctx: Context, { sessionId, userId }: PresentedToken): Promise<AppError> {
  const action = "session.refreshed";
  const detail = { reason: "email_not_verified" };
  await writeAudit(ctx, { action, result: "failure", userId, sessionId, detail });
  return new AppError("EMAIL_NOT_VERIFIED", "Verify your e-mail address first.");
}

async function replace(ctx: Context, presented: PresentedToken, tokenId: string) {
  const successor = successorTokenId(ctx, tokenId);
  const session = await rotate(ctx, { ...presented, successorHash: hashTokenId(successor) });
  return session && renewedOf(ctx, session, successor);
}

/** Without rotation the current token stays the same. */
async function keep(ctx: Context, presented: PresentedToken, tokenId: string) {
  const session = await touch(ctx, presented);
  return session && renewedOf(ctx, session, tokenId);
}

function renewedOf(ctx: Context, session: RefreshedSession, tokenId: string): RenewedSession {
  const { id, amr, expiresAt, authenticatedAt, grant, user } = session;
  const refreshToken = {
    tokenId,
    issuedAt: session.refreshTokenIssuedAt,
    expiresAt: refreshTokenEnd(ctx, session),
  };
  return { user, session: { id, amr, expiresAt, authenticatedAt, grant, refreshToken } };
}
