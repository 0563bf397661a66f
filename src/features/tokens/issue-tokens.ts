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
}

/** The values of `acr` (OpenID Connect Core §2): whether one factor was proven in the session, or two. */
const contextClasses = { oneFactor: "urn:gatehouse:1fa", twoFactors: "urn:gatehouse:2fa" };

/** The facts that identify a refresh token; the session's row has the same. */
export interface RefreshTokenFacts {
  readonly tokenId: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/**
 * Signs an access token (RFC 9068): `iss`, `aud`, `sub`, `sid`, `jti`, `iat`, `exp`, `email`, `email_verified`,
 * `roles`, and about the sign-in (§2.2.1) `auth_time`, `acr`, `amr`.
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
    aud: settings.jwtAudience,
    sub: subject.userId,
    sid: subject.sessionId,
    jti: ctx.random.token(128),
    iat: issuedAt,
    exp: expiresAt,
    email: subject.email,
    email_verified: subject.emailVerified,
    roles: subject.roles,
    auth_time: numericDate(subject.authenticatedAt),
    acr: subject.amr.includes("mfa") ? contextClasses.twoFactors : contextClasses.oneFactor,
    amr: subject.amr,
  });
  return { token, expiresInSeconds: expiresAt - issuedAt };
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
