import type { UserActor } from "../../kernel/context.ts";
import { actorOf, type CachedToken } from "./cached-records.ts";
import { bytesOfRecentToken } from "./token-cache-memory.ts";

/** A token that was found, with the user as requests are given them. */
export interface FoundToken {
  readonly token: CachedToken;
  readonly actor: UserActor;
  /** Milliseconds since 1970: the end of the token or of its session, whichever comes first. */
  readonly validUntil: number;
}

/**
 * The tokens in most frequent use, by their whole text: neither has to be hashed nor the user to be put together again. Each
 * has the same actor at each request, so that what is rendered from it may be kept with it. It holds far fewer than the cache.
 */
export interface RecentTokens {
  /** The token, while its session is held. */
  find(text: string): FoundToken | null;
  /** A token that was not among them. It is added where there is room, or where it was last found as recently as these. */
  admit(text: string, token: CachedToken): FoundToken;
  remove(text: string): void;
  clear(): void;
}

/** Holds no token yet. Beyond `limitBytes` those that were added first go. */
export function createRecentTokens(limitBytes: number): RecentTokens {
  const recent = new Map<string, FoundToken & { readonly bytes: number }>();
  let bytes = 0;
  /** How often a token was not among them. */
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
    for (const oldest of recent.keys()) {
      if (bytes <= limitBytes) return;
      remove(oldest);
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
      // Of more tokens in turn than there is room for, none would be found before it has to go.
      const isFrequent = missesSince <= recent.size;
      if (isFrequent || bytes + bytesOfFound <= limitBytes) add(text, found, bytesOfFound);
      return found;
    },
    remove,
    clear() {
      recent.clear();
      bytes = 0;
    },
  };
}
