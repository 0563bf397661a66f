import type { UserActor } from "../../kernel/context.ts";
import { actorOf, type CachedToken } from "./cached-records.ts";
import { bytesOfRecentToken } from "./token-cache-memory.ts";

/** A token that was used again, with the user as requests are given them. */
export interface RecentToken {
  readonly token: CachedToken;
  /** The same object for as long as the token is recent, so that what is rendered from it may be kept with it. */
  readonly actor: UserActor;
  /** Milliseconds since 1970: the end of the token or of its session, whichever comes first. */
  readonly validUntil: number;
  readonly bytes: number;
}

/**
 * The tokens that were last used, by their whole text: neither has to be hashed nor the user to be put together again. It
 * holds far fewer than the cache, each with what was rendered from it.
 */
export interface RecentTokens {
  /** The token, while its session is held. */
  find(text: string): RecentToken | null;
  add(text: string, token: CachedToken): RecentToken;
  remove(text: string): void;
  clear(): void;
}

/** Holds no token yet. Beyond `limitBytes` those that were added first go. */
export function createRecentTokens(limitBytes: number): RecentTokens {
  const recent = new Map<string, RecentToken>();
  let bytes = 0;

  function remove(text: string): void {
    const known = recent.get(text);
    if (!known) return;
    recent.delete(text);
    bytes -= known.bytes;
  }

  return {
    find(text) {
      const known = recent.get(text);
      if (!known) return null;
      if (known.token.session.isHeld) return known;
      remove(text);
      return null;
    },
    add(text, token) {
      const added = {
        token,
        actor: actorOf(token),
        validUntil: Math.min(token.expiresAt * 1000, token.session.endsAt),
        bytes: bytesOfRecentToken(text, token.session.user),
      };
      remove(text);
      recent.set(text, added);
      bytes += added.bytes;
      for (const oldest of recent.keys()) {
        if (bytes <= limitBytes) break;
        remove(oldest);
      }
      return added;
    },
    remove,
    clear() {
      recent.clear();
      bytes = 0;
    },
  };
}
