import { type Static, Type } from "@sinclair/typebox";

import { numericDate } from "../../kernel/clock.ts";
import { sha256 } from "../../kernel/bytes.ts";
import { compileOnUse } from "../../kernel/schema-check.ts";
import type { Platform } from "../../platform/platform.ts";
import { isTicketUsed, useTicket } from "../../platform/used-tickets/use-ticket.ts";
import { expiredToken, invalidToken } from "./verify-tokens.ts";

const clientClaims = Type.Object({
  sub: Type.String(),
  client_id: Type.String({ minLength: 1 }),
  scope: Type.Optional(Type.String()),
  // A user's token has a session and a client's has none, so that neither is accepted as the other.
  sid: Type.Optional(Type.Never()),
  jti: Type.String({ minLength: 16, maxLength: 64 }),
  iat: Type.Integer({ minimum: 0 }),
  exp: Type.Integer({ minimum: 0 }),
});
const check = compileOnUse(clientClaims);

/** The claims of a client's access token. */
export type ClientClaims = Static<typeof clientClaims>;

/**
 * Signs an access token that a client has for itself (RFC 6749 §4.4, RFC 9068 §2.2): `sub` is the client. It expires after
 * `JWT_ACCESS_TOKEN_TTL`.
 */
export async function issueClientToken(
  ctx: Platform,
  { clientId, scopes }: { readonly clientId: string; readonly scopes: readonly string[] },
): Promise<{ token: string; expiresInSeconds: number }> {
  const { settings } = ctx;
  const issuedAt = numericDate(ctx.clock.now());
  const token = await ctx.signer.sign("at+jwt", {
    iss: settings.jwtIssuer,
    aud: settings.jwtAudience,
    sub: clientId,
    client_id: clientId,
    ...(scopes.length > 0 ? { scope: scopes.join(" ") } : {}),
    jti: ctx.random.token(128),
    iat: issuedAt,
    exp: issuedAt + settings.jwtAccessTokenTtlSeconds,
  });
  return { token, expiresInSeconds: settings.jwtAccessTokenTtlSeconds };
}

/** Revokes an access token that a client has for itself, here and on every replica, until it would expire. */
export async function revokeClientToken(
  ctx: Platform,
  { jti, exp }: Pick<ClientClaims, "jti" | "exp">,
): Promise<void> {
  await useTicket(ctx.db, { id: revocationOf(jti), expiresAt: new Date(exp * 1000) });
}

/** Whether a client's token was revoked. */
export async function isRevokedClientToken(ctx: Platform, jti: string): Promise<boolean> {
  return isTicketUsed(ctx.db, revocationOf(jti));
}

function revocationOf(tokenId: string): string {
  return sha256(`revoked ${tokenId}`);
}

/** The claims of a genuine, unexpired access token of a client. Throws `INVALID_TOKEN` or `EXPIRED_TOKEN`. */
export async function verifyClientToken(ctx: Platform, token: string): Promise<ClientClaims> {
  const result = await ctx.signer.verify(token, {
    type: "at+jwt",
    issuer: ctx.settings.jwtIssuer,
    audience: ctx.settings.jwtAudience,
    maximumLifeSeconds: ctx.settings.jwtAccessTokenTtlSeconds,
    now: ctx.clock.now(),
  });
  if (result.status === "invalid" || !check.Check(result.claims)) throw invalidToken();
  if (result.claims.sub !== result.claims.client_id) throw invalidToken();
  if (result.status === "expired") throw expiredToken();
  return result.claims;
}
