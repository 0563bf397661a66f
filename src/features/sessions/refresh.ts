import type { Context } from "../../platform/platform.ts";
import {
  invalidToken,
  type RefreshClaims,
  type TokenResponse,
  verifyRefreshToken,
} from "../tokens/index.ts";
import {
  findSuccessorTokenId,
  hashTokenId,
  successorTokenId,
} from "./refresh-token-chain.ts";
import { endUnlessWithinGrace, type LiveSession, rotate, touch } from "./rotation-queries.ts";
import { tokenResponse } from "./token-response.ts";

/**
 * Exchanges a refresh token for new tokens (RFC 9700 §4.14.2). Each works once; within the grace its immediate
 * successor is given again, the same one, to whoever raced or lost the answer. Any older token is a stolen or a
 * stale one: its session ends. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`.
 */
export async function refresh(ctx: Context, refreshToken: string): Promise<TokenResponse> {
  const claims = await verifyRefreshToken(ctx, refreshToken);
  if (!ctx.settings.refreshTokenRotation) return refreshWithoutRotation(ctx, claims);

  const presentedHash = hashTokenId(claims.jti);
  const successor = successorTokenId(ctx, claims.jti);
  const rotated = await rotate(ctx, {
    sessionId: claims.sid,
    presentedHash,
    successorHash: hashTokenId(successor),
  });
  if (rotated) return respond(ctx, rotated, successor);

  const session = await endUnlessWithinGrace(ctx, { sessionId: claims.sid, presentedHash });
  if (!session || session.hasEnded) throw invalidToken();
  const known = findSuccessorTokenId(ctx, claims.jti, session.refreshTokenHash);
  if (known === null) throw invalidToken();
  return respond(ctx, session, known);
}

async function refreshWithoutRotation(ctx: Context, claims: RefreshClaims): Promise<TokenResponse> {
  const session = await touch(ctx, {
    sessionId: claims.sid,
    presentedHash: hashTokenId(claims.jti),
  });
  if (!session) throw invalidToken();
  return respond(ctx, session, claims.jti);
}

function respond(ctx: Context, session: LiveSession, tokenId: string): Promise<TokenResponse> {
  return tokenResponse(ctx, session.user, {
    id: session.id,
    amr: session.amr,
    absoluteExpiresAt: session.absoluteExpiresAt,
    refreshToken: {
      tokenId,
      issuedAt: session.refreshTokenIssuedAt,
      expiresAt: session.expiresAt,
    },
  });
}
