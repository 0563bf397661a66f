import { sha256 } from "../../../kernel/bytes.ts";
import type { Platform } from "../../../platform/platform.ts";

const purpose = "refresh-successor";

/** The digest of a refresh token's `jti`, which the session's row holds; the token itself is not stored. */
export function hashTokenId(tokenId: string): string {
  return sha256(tokenId);
}

/** The identifier of a session's first refresh token: 128 random bits. */
export function firstTokenId(ctx: Platform): string {
  return ctx.random.token(128);
}

/**
 * The identifier of the token that follows the given one: a keyed digest of it, 128 bits, which cannot be computed without the
 * key. Callers that race with one token, or whose response was lost, get the same successor, though the database holds only
 * hashes.
 */
export function successorTokenId(ctx: Platform, tokenId: string): string {
  return shorten(ctx.secrets.digest(purpose, tokenId));
}

/** The successor that has this hash, if the current or a previous key made it; else null. */
export function findSuccessorTokenId(
  ctx: Platform,
  tokenId: string,
  successorHash: string,
): string | null {
  const candidates = ctx.secrets.digests(purpose, tokenId).map(shorten);
  return candidates.find((candidate) => hashTokenId(candidate) === successorHash) ?? null;
}

function shorten(digest: string): string {
  return digest.slice(0, 22);
}

/**
 * When a session's refresh token expires: when the session ends unless it is refreshed. Without rotation one token serves for
 * the whole life of the session, and only the database enforces the idle lifetime.
 */
export function refreshTokenEnd(
  { settings }: Platform,
  session: { readonly expiresAt: Date; readonly absoluteExpiresAt: Date },
): Date {
  return settings.refreshTokenRotation ? session.expiresAt : session.absoluteExpiresAt;
}
