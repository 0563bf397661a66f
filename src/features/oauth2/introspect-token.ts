import type { Static } from "@sinclair/typebox";

import type { UserActor } from "../../kernel/context.ts";
import type { Authenticate } from "../../platform/http/guard.ts";
import type { Context } from "../../platform/platform.ts";
import { findClient } from "../clients/index.ts";
import { introspectRefreshToken } from "../sessions/index.ts";
import {
  invalidToken,
  isRevokedClientToken,
  ownClientId,
  verifyClientToken,
  verifyUserToken,
} from "../tokens/index.ts";
import type { introspectionSchema } from "./model.ts";
import { unlessInvalid } from "./unless-invalid.ts";

/** The introspection response of a token (RFC 7662 §2.2). */
export type Introspection = Static<typeof introspectionSchema>;

/** A token, and the client that asks about it. */
export interface IntrospectionRequest {
  readonly authenticateGranted: Authenticate;
  readonly token: string;
  readonly clientId: string;
}

/**
 * The introspection response of an access, refresh or client token as of now. Of every other string it contains only that it is
 * not active: the reason would help attackers who guess tokens (RFC 7662 §4). Introspection does not consume a refresh token.
 */
export async function introspectToken(
  ctx: Context,
  { authenticateGranted, token, clientId }: IntrospectionRequest,
): Promise<Introspection> {
  return (
    (await unlessInvalid(describeUserToken(ctx, authenticateGranted, token))) ??
    (await unlessInvalid(describeRefreshToken(ctx, token, clientId))) ??
    (await unlessInvalid(describeClientToken(ctx, token))) ?? { active: false }
  );
}

async function describeUserToken(
  ctx: Context,
  authenticateGranted: Authenticate,
  token: string,
): Promise<Introspection> {
  const actor = await authenticateGranted(ctx, token);
  const { jti, iat, exp, aud, client_id = ownClientId, scope } = await verifyUserToken(ctx, token);
  return {
    active: true,
    token_type: "bearer",
    sub: actor.userId,
    ...personalMembers(actor),
    iss: ctx.settings.jwtIssuer,
    aud,
    client_id,
    ...(scope === undefined ? {} : { scope }),
    sid: actor.sessionId,
    jti,
    iat,
    exp,
  };
}

/** What a token says about its user. Of a token that a client was granted: what is within its scopes. */
function personalMembers(actor: UserActor) {
  const { grant, emailVerified } = actor;
  const isGranted = (scope: string) => grant === null || grant.scopes.includes(scope);
  return {
    ...(isGranted("profile") ? usernameOf(actor) : {}),
    ...(isGranted("email") ? { email: actor.email, email_verified: emailVerified } : {}),
    ...(isGranted("roles") ? { roles: [...actor.roles] } : {}),
    ...(grant === null ? { permissions: [...actor.permissions] } : {}),
  };
}

/** Without `token_type`, which is that of access tokens (RFC 6749 §7.1): it opens no resource. */
async function describeRefreshToken(
  ctx: Context,
  token: string,
  clientId: string,
): Promise<Introspection> {
  const found = await introspectRefreshToken(ctx, token, clientId);
  const { user, grant, sessionId, tokenId, issuedAt, expiresAt } = found;
  return {
    active: true,
    sub: user.id,
    ...(grant === null || grant.scopes.includes("profile")
      ? usernameOf({ ...user, emailVerified: user.emailVerifiedAt !== null })
      : {}),
    ...(grant === null ? {} : { client_id: grant.clientId, scope: grant.scopes.join(" ") }),
    iss: ctx.settings.jwtIssuer,
    sid: sessionId,
    jti: tokenId,
    iat: issuedAt,
    exp: expiresAt,
  };
}

async function describeClientToken(ctx: Context, token: string): Promise<Introspection> {
  const { client_id, jti, iat, exp, scope } = await verifyClientToken(ctx, token);
  if (!(await findClient(ctx, client_id))) throw invalidToken();
  if (await isRevokedClientToken(ctx, jti)) throw invalidToken();
  const { jwtIssuer: iss, jwtAudience: aud } = ctx.settings;
  const sub = client_id;
  const granted = scope === undefined ? {} : { scope };
  return {
    active: true,
    token_type: "bearer",
    sub,
    client_id,
    ...granted,
    iss,
    aud,
    jti,
    iat,
    exp,
  };
}

/** The username, else the address; not one that the user only claims, since services take it for the user's name. */
function usernameOf(user: { username: string | null; email: string; emailVerified: boolean }) {
  const username = user.username ?? (user.emailVerified ? user.email : null);
  return username === null ? {} : { username };
}
