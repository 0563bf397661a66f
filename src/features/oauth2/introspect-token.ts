import type { Static } from "@sinclair/typebox";

import type { Authenticate } from "../../platform/http/guard.ts";
import type { Context } from "../../platform/platform.ts";
import { findClient } from "../clients/index.ts";
import { introspectRefreshToken } from "../sessions/index.ts";
import { invalidToken, verifyAccessToken, verifyClientToken } from "../tokens/index.ts";
import type { introspectionSchema } from "./model.ts";
import { unlessInvalid } from "./unless-invalid.ts";

/** The introspection response of a token (RFC 7662 §2.2). */
export type Introspection = Static<typeof introspectionSchema>;

/**
 * The introspection response of an access, refresh or client token as of now. Of every other string it contains only that it is
 * not active: the reason would help attackers who guess tokens (RFC 7662 §4). Introspection does not consume a refresh token.
 */
export async function introspectToken(
  ctx: Context,
  authenticate: Authenticate,
  token: string,
): Promise<Introspection> {
  return (
    (await unlessInvalid(describeUserToken(ctx, authenticate, token))) ??
    (await unlessInvalid(describeRefreshToken(ctx, token))) ??
    (await unlessInvalid(describeClientToken(ctx, token))) ?? { active: false }
  );
}

async function describeUserToken(
  ctx: Context,
  authenticate: Authenticate,
  token: string,
): Promise<Introspection> {
  const actor = await authenticate(ctx, token);
  const { jti, iat, exp } = await verifyAccessToken(ctx, token);
  return {
    active: true,
    token_type: "bearer",
    sub: actor.userId,
    ...usernameOf(actor),
    email: actor.email,
    email_verified: actor.emailVerified,
    roles: [...actor.roles],
    permissions: [...actor.permissions],
    iss: ctx.settings.jwtIssuer,
    aud: ctx.settings.jwtAudience,
    sid: actor.sessionId,
    jti,
    iat,
    exp,
  };
}

/** Without `token_type`, which is that of access tokens (RFC 6749 §7.1): it opens no resource. */
async function describeRefreshToken(ctx: Context, token: string): Promise<Introspection> {
  const { user, sessionId, tokenId, issuedAt, expiresAt } = await introspectRefreshToken(
    ctx,
    token,
  );
  return {
    active: true,
    sub: user.id,
    ...usernameOf({ ...user, emailVerified: user.emailVerifiedAt !== null }),
    iss: ctx.settings.jwtIssuer,
    sid: sessionId,
    jti: tokenId,
    iat: issuedAt,
    exp: expiresAt,
  };
}

async function describeClientToken(ctx: Context, token: string): Promise<Introspection> {
  const { client_id, jti, iat, exp } = await verifyClientToken(ctx, token);
  if (!(await findClient(ctx, client_id))) throw invalidToken();
  const { jwtIssuer: iss, jwtAudience: aud } = ctx.settings;
  const sub = client_id;
  return { active: true, token_type: "bearer", sub, client_id, iss, aud, jti, iat, exp };
}

/** The username, else the address; not one that the user only claims, since services take it for the user's name. */
function usernameOf(user: { username: string | null; email: string; emailVerified: boolean }) {
  const username = user.username ?? (user.emailVerified ? user.email : null);
  return username === null ? {} : { username };
}
