import { hash } from "node:crypto";

import { numericDate } from "../../kernel/clock.ts";
import type { AsymmetricAlgorithm } from "../../platform/jwt/port.ts";
import type { Platform } from "../../platform/platform.ts";
import { contextClassOf } from "./issue-tokens.ts";

/** What an ID token is about. */
export interface IdTokenSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly clientId: string;
  readonly authenticatedAt: Date;
  readonly amr: readonly string[];
  /** As in the authorization request; null without one, and in the response to a refresh (OpenID Connect Core §12.2). */
  readonly nonce: string | null;
  /** The access token of the same response. */
  readonly accessToken: string;
  /** The roles, where their scope was granted. */
  readonly roles: readonly string[] | null;
}

/** Clients verify an ID token when they receive it: it is no credential for later. */
const lifeSeconds = 3600;

/** The digest of `at_hash` for each algorithm (OpenID Connect Core §3.1.3.6; EdDSA with Ed25519 uses SHA-512). */
const digests = { RS256: "sha256", ES256: "sha256", EdDSA: "sha512" } as const;

/**
 * Signs an ID token (OpenID Connect Core §2) with a key for this algorithm. The claims of the scopes are at the UserInfo endpoint
 * (§5.4), except the roles. Throws `UNAVAILABLE` while there is no key.
 */
export function issueIdToken(
  ctx: Platform,
  algorithm: AsymmetricAlgorithm,
  subject: IdTokenSubject,
): string {
  const issuedAt = numericDate(ctx.clock.now());
  return ctx.signer.signIdToken(algorithm, {
    iss: ctx.settings.jwtIssuer,
    sub: subject.userId,
    aud: subject.clientId,
    exp: issuedAt + lifeSeconds,
    iat: issuedAt,
    auth_time: numericDate(subject.authenticatedAt),
    ...(subject.nonce === null ? {} : { nonce: subject.nonce }),
    acr: contextClassOf(subject.amr),
    amr: subject.amr,
    sid: subject.sessionId,
    at_hash: leftHalfOf(hash(digests[algorithm], subject.accessToken, "buffer")),
    ...(subject.roles === null ? {} : { roles: subject.roles }),
  });
}

/** The session of a client that has ended. */
export interface LogoutTokenSubject {
  /** The same in every attempt to deliver it. */
  readonly tokenId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly clientId: string;
}

/** A client verifies a logout token when it receives it (OpenID Connect Back-Channel Logout 1.0 §2.4, §4). */
const logoutTokenLifeSeconds = 120;

/** Signs a logout token (§2.4 there). It has no nonce, so that it is never taken for an ID token. Throws `UNAVAILABLE`. */
export function issueLogoutToken(
  ctx: Platform,
  algorithm: AsymmetricAlgorithm,
  { tokenId, userId, sessionId, clientId }: LogoutTokenSubject,
): string {
  const issuedAt = numericDate(ctx.clock.now());
  const claims = {
    iss: ctx.settings.jwtIssuer,
    sub: userId,
    aud: clientId,
    iat: issuedAt,
    exp: issuedAt + logoutTokenLifeSeconds,
    jti: tokenId,
    sid: sessionId,
    events: { "http://schemas.openid.net/event/backchannel-logout": {} },
  };
  return ctx.signer.signIdToken(algorithm, claims, "logout+jwt");
}

function leftHalfOf(digest: Buffer): string {
  return digest.subarray(0, digest.length / 2).toString("base64url");
}
