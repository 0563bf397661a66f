import { numericDate } from "../../kernel/clock.ts";
import type { Platform } from "../../platform/platform.ts";

/** What the two tokens of a session are about. Their lifetimes are settings. */
export interface TokenSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly roles: readonly string[];
  readonly amr: readonly string[];
  /** When the user last proved who they are. */
  readonly authenticatedAt: Date;
  /** What the session's client was granted; null for a session of Gatehouse itself. */
  readonly grant: TokenGrantFacts | null;
}

/** What a client was granted by a user. */
export interface TokenGrantFacts {
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The resource that the client asked for (RFC 8707); null for none. */
  readonly resource: string | null;
}

/** `client_id` of tokens of a session that was opened by a sign-in to Gatehouse itself (RFC 9068 §2.2). */
export const ownClientId = "gatehouse";

/** The values of `acr` (OpenID Connect Core §2): whether one factor was proven in the session, or two. */
export const contextClasses = { oneFactor: "urn:gatehouse:1fa", twoFactors: "urn:gatehouse:2fa" };

/** The value of `acr` for what a user proved. */
export function contextClassOf(amr: readonly string[]): string {
  return amr.includes("mfa") ? contextClasses.twoFactors : contextClasses.oneFactor;
}

/** The facts that identify a refresh token; the session's row has the same. */
export interface RefreshTokenFacts {
  readonly tokenId: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/**
 * Signs an access token (RFC 9068): `iss`, `aud`, `sub`, `sid`, `client_id`, `jti`, `iat`, `exp`, `email`, `email_verified`,
 * `roles`, and about the sign-in (§2.2.1) `auth_time`, `acr`, `amr`. One that a client was granted has `scope`, the resource or
 * else the client as `aud`, and the address and the roles only where their scopes were granted.
 * It expires after `JWT_ACCESS_TOKEN_TTL`, and never after `notAfter`, when its session ends unless it is refreshed.
 */
export async function issueAccessToken(
  ctx: Platform,
  subject: TokenSubject,
  notAfter: Date,
): Promise<{ token: string; expiresInSeconds: number }> {
  const { settings } = ctx;
  const issuedAt = numericDate(ctx.clock.now());
  const expiresAt = Math.min(issuedAt + settings.jwtAccessTokenTtlSeconds, numericDate(notAfter));
  const token = await ctx.signer.sign("at+jwt", {
    iss: settings.jwtIssuer,
    ...audienceOf(ctx, subject.grant),
    sub: subject.userId,
    sid: subject.sessionId,
    jti: ctx.random.token(128),
    iat: issuedAt,
    exp: expiresAt,
    ...personalClaims(subject),
    auth_time: numericDate(subject.authenticatedAt),
    acr: contextClassOf(subject.amr),
    amr: subject.amr,
  });
  return { token, expiresInSeconds: expiresAt - issuedAt };
}

function audienceOf({ settings }: Platform, grant: TokenGrantFacts | null) {
  if (grant === null) return { aud: settings.jwtAudience, client_id: ownClientId };
  const { clientId, scopes, resource } = grant;
  const scope = scopes.length > 0 ? { scope: scopes.join(" ") } : {};
  return { aud: resource ?? clientId, client_id: clientId, ...scope };
}

function personalClaims({ email, emailVerified, roles, grant }: TokenSubject) {
  const isGranted = (scope: string) => grant === null || grant.scopes.includes(scope);
  return {
    ...(isGranted("email") ? { email, email_verified: emailVerified } : {}),
    ...(isGranted("roles") ? { roles } : {}),
  };
}

/** Signs a refresh token; the same facts give the same token. It has no more claims than its session needs. */
export function issueRefreshToken(
  ctx: Platform,
  subject: Pick<TokenSubject, "userId" | "sessionId">,
  facts: RefreshTokenFacts,
): Promise<string> {
  return ctx.signer.sign("rt+jwt", {
    iss: ctx.settings.jwtIssuer,
    sub: subject.userId,
    sid: subject.sessionId,
    jti: facts.tokenId,
    iat: numericDate(facts.issuedAt),
    exp: numericDate(facts.expiresAt),
  });
}
