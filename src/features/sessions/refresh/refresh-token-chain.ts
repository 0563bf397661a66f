import { sha256 } from "../../../kernel/bytes.ts";
import type { Platform } from "../../../platform/platform.ts";

const purpose = "refresh-successor";

/** What the session's row keeps of a refresh token: a digest of its `jti`, never the token. */
export function hashTokenId(tokenId: string): string {
  return sha256(tokenId);
}

/** The identifier of a session's first refresh token: 128 random bits. */
export function firstTokenId(ctx: Platform): string {
  return ctx.random.token(128);
}

/**
 * The identifier of the token that follows the given one: a keyed digest of it, 128 bits, beyond anyone without
 * our key. Callers that race with one token, or lost the first answer, so get the same successor, though
 * the database holds nothing but hashes.
 */
export function successorTokenId(ctx: Platform, tokenId: string): string {
  return shorten(ctx.secrets.digest(purpose, tokenId));
}

/** The successor whose hash is given, should a key of ours, current or previous, have made it; or null. */
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
