import type { Context } from "../../../platform/platform.ts";
import { invalidToken, type TokenResponse, verifyRefreshToken } from "../../tokens/index.ts";
import { findSuccessorTokenId, hashTokenId, successorTokenId } from "./refresh-token-chain.ts";
import { refreshTokenEnd } from "./refresh-token-end.ts";
import type { RefreshedSession } from "./refreshed-session.ts";
import { rotate } from "./rotate.ts";
import { endUnlessWithinGrace, type PresentedToken, touch } from "./keep-or-end.ts";
import { tokenResponse } from "../open-session.ts";

/**
 * Exchanges a refresh token for new tokens (RFC 9700 §4.14.2). Each works once; within the grace its immediate
 * successor is given again, the same one, to whoever raced or lost the answer. Any older token is a stolen or a
 * stale one: its session ends. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`.
 */
export async function refresh(ctx: Context, refreshToken: string): Promise<TokenResponse> {
  const { sid, sub, jti } = await verifyRefreshToken(ctx, refreshToken);
  const presented = { sessionId: sid, userId: sub, presentedHash: hashTokenId(jti) };
  // A statement that waited for her own change of password compared the session as it is afterwards with the user as she
  // was before. The next one sees both as they are.
  const tokens = (await exchange(ctx, presented, jti)) ?? (await exchange(ctx, presented, jti));
  if (tokens === null) throw invalidToken();
  return tokens;
}

/** Null where no living session was found. */
async function exchange(
  ctx: Context,
  presented: PresentedToken,
  tokenId: string,
): Promise<TokenResponse | null> {
  const renewed = ctx.settings.refreshTokenRotation
    ? await replace(ctx, presented, tokenId)
    : await keep(ctx, presented, tokenId);
  if (renewed) return renewed;

  const session = await endUnlessWithinGrace(ctx, presented);
  if (!session) return null;
  if (session.hasEnded) throw invalidToken();
  const successor = findSuccessorTokenId(ctx, tokenId, session.refreshTokenHash);
  if (successor === null) throw invalidToken();
  return respond(ctx, session, successor);
}

async function replace(ctx: Context, presented: PresentedToken, tokenId: string) {
  const successor = successorTokenId(ctx, tokenId);
  const session = await rotate(ctx, { ...presented, successorHash: hashTokenId(successor) });
  return session && respond(ctx, session, successor);
}

/** Without rotation the living token stays the same. */
async function keep(ctx: Context, presented: PresentedToken, tokenId: string) {
  const session = await touch(ctx, presented);
  return session && respond(ctx, session, tokenId);
}

function respond(ctx: Context, session: RefreshedSession, tokenId: string): Promise<TokenResponse> {
  return tokenResponse(ctx, session.user, {
    id: session.id,
    amr: session.amr,
    expiresAt: session.expiresAt,
    refreshToken: {
      tokenId,
      issuedAt: session.refreshTokenIssuedAt,
      expiresAt: refreshTokenEnd(ctx, session),
    },
  });
}
