import {
  factsOf,
  type FoundSession,
  type UserFacts,
} from "../../src/features/access/cached-records.ts";
import { createTokenCache, type TokenCache } from "../../src/features/access/token-cache.ts";

/** What a reading finds of a session, with what a test sets. */
export function foundSession(
  id: string,
  userId = `user of ${id}`,
  given: {
    facts?: Partial<UserFacts>;
    roles?: string[];
    permissions?: string[];
    endsAt?: number;
  } = {},
): FoundSession {
  const { facts = {}, roles = ["user"], permissions = [], endsAt = 1e12 } = given;
  const at = "2026-01-31T12:00:00.000Z";
  const own = { email: `${userId}@example.com`, username: null, name: null, emailVerified: true };
  const profile = { phone: null, avatarUrl: null, locale: null, metadata: {}, ...facts.profile };
  const user = {
    facts: factsOf({ ...own, createdAt: at, updatedAt: at, ...facts, profile }),
    roles,
    permissions,
    withoutMfa: null,
  };
  return {
    id,
    amr: ["pwd"],
    client: null,
    endsAt,
    notedAsUsedAt: 0,
    user: { id: userId, ...user },
  };
}

/** A token cache, and the steps by which requests fill it. */
export interface CacheScene {
  readonly cache: TokenCache;
  /** Reads a session as a request with a new token does, and adds the token. */
  read(token: string, found: FoundSession): void;
  /** Adds a token of a session that is held, and tells whether it is. */
  addTo(sessionId: string, token: string): boolean;
  /** Those of some tokens that are held, in the order given. Counts as a use of them. */
  held(tokens: Iterable<string>): string[];
}

/** Creates one of a size, under a feed that is live unless `isLive` says otherwise. */
export function createCacheScene(
  limitBytes = 2 ** 20,
  isLive: () => boolean = () => true,
): CacheScene {
  const cache = createTokenCache(limitBytes, { isLive, isListening: isLive });
  const verified = { grant: null, expiresAt: 1e9, keyRevision: 0 };
  return {
    cache,
    read(token, found) {
      const reading = cache.beginReading(found.id, found.user.id);
      cache.add(token, { ...verified, session: cache.keep(reading, found) });
      cache.endReading(reading);
    },
    addTo(sessionId, token) {
      const session = cache.findSession(sessionId);
      if (session) cache.add(token, { ...verified, session });
      return session !== null;
    },
    held: (tokens) => [...tokens].filter((token) => cache.find(token) !== null),
  };
}
