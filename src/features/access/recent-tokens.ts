import type { UserActor } from "../../kernel/context.ts";
import { actorOf, type CachedToken } from "./cached-records.ts";
import { bytesOfRecentToken } from "./token-cache-memory.ts";

/** A token that was found, with its user as the actor of a request. */
export interface FoundToken {
  readonly token: CachedToken;
  readonly actor: UserActor;
  /** Milliseconds since 1970: the end of the token or of its session, whichever comes first. */
  readonly validUntil: number;
}

/**
 * The tokens in most frequent use, by their whole text: a lookup neither hashes the text nor builds the actor again. Each token
 * has the same actor at each request, so that responses rendered from it can be cached with it. It holds far fewer tokens than
 * the cache.
 */
export interface RecentTokens {
  /** The token, if its session is still held. */
  find(text: string): FoundToken | null;
  /** Adds a token that `find` did not return, if there is room or if its session's last miss is recent enough. */
  admit(text: string, token: CachedToken): FoundToken;
  remove(text: string): void;
  clear(): void;
  bytes(): number;
}

/** Empty. Beyond `limitBytes` the tokens that were added first are removed. */
export function createRecentTokens(limitBytes: number): RecentTokens {
  const recent = new Map<string, FoundToken & { readonly bytes: number }>();
  let bytes = 0;
  /** The number of tokens that were looked up and not found here. */
  let misses = 0;

  function remove(text: string): void {
    const known = recent.get(text);
    if (!known) return;
    recent.delete(text);
    bytes -= known.bytes;
  }

  function add(text: string, found: FoundToken, bytesOfFound: number): void {
    remove(text);
    recent.set(text, { ...found, bytes: bytesOfFound });
    bytes += bytesOfFound;
    // The first key of a `Map` is found only after all places of deleted entries before it.
    if (bytes <= limitBytes) return;
    for (const oldest of recent.keys()) {
      remove(oldest);
      if (bytes <= limitBytes) return;
    }
  }

  return {
    find(text) {
      const known = recent.get(text);
      if (!known) return null;
      if (known.token.session.isHeld) return known;
      remove(text);
      return null;
    },
    admit(text, token) {
      const { session } = token;
      const missesSince = misses - session.missedAt;
      session.missedAt = misses;
      misses += 1;
      const found = {
        token,
        actor: actorOf(token),
        validUntil: Math.min(token.expiresAt * 1000, session.endsAt),
      };
      const bytesOfFound = bytesOfRecentToken(text, session.user);
      // If more tokens than there is room for were used in turn, each would be removed before its next use.
      const isFrequent = missesSince <= recent.size;
      if (isFrequent || bytes + bytesOfFound <= limitBytes) add(text, found, bytesOfFound);
      return found;
    },
    remove,
    bytes: () => bytes,
    clear() {
      recent.clear();
      bytes = 0;
    },
  };
}
