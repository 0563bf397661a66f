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

function leftHalfOf(digest: Buffer): string {
  return digest.subarray(0, digest.length / 2).toString("base64url");
}
