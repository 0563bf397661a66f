import type { UserActor } from "../../kernel/context.ts";
import type { Change } from "../../platform/db/change-feed.ts";
import { createMultimap } from "./multimap.ts";

/** What is remembered of a token that was verified and whose session and user were read. */
export interface CachedToken {
  readonly actor: UserActor;
  /** Milliseconds since 1970: the end of the token or of its session, whichever comes first. */
  readonly validUntil: number;
  /** The state of the key ring in which it was verified. */
  readonly keyRevision: number;
  /** How much of the limit it takes: more for a user of whom much is to be remembered. */
  readonly weight: number;
  /** When the session was last noted as used, in milliseconds since 1970. */
  notedAsUsedAt: number;
}

/** A reading of the database under way. It is void once something about its session or user has changed. */
export interface Reading {
  readonly sessionId: string;
  readonly userId: string;
  isVoid: boolean;
}

/** Verified tokens and what they stand for, kept until something about them changes. */
export interface TokenCache {
  readonly size: number;
  find(token: string): CachedToken | undefined;
  /** To be called before the database is read, so that a change during the reading is noticed. */
  beginReading(sessionId: string, userId: string): Reading;
  /** Ends a reading. */
  endReading(reading: Reading): void;
  /** Keeps what a reading found, unless it is void. The token must be of the reading's session and user. */
  keep(reading: Reading, token: string, known: CachedToken): void;
  forget(change: Change): void;
}

/** A client uses its newest token: whoever refreshes without end pushes out nobody's tokens but her own. */
const limitPerSession = 8;

/** Keeps tokens of at most `limit` weight, and eight of a session; beyond that those kept longest go. */
export function createTokenCache(limit: number): TokenCache {
  const tokens = new Map<string, CachedToken>();
  const tokensOfSession = createMultimap();
  const sessionsOfUser = createMultimap();
  const readings = new Set<Reading>();
  let weight = 0;

  function release(token: string): CachedToken | undefined {
    const known = tokens.get(token);
    if (!known) return undefined;
    tokens.delete(token);
    weight -= known.weight;
    return known;
  }

  function drop(token: string | undefined): void {
    const known = token === undefined ? undefined : release(token);
    if (token === undefined || !known) return;
    const { sessionId, userId } = known.actor;
    tokensOfSession.remove(sessionId, token);
    if (tokensOfSession.count(sessionId) === 0) sessionsOfUser.remove(userId, sessionId);
  }

  function dropSession(sessionId: string): void {
    for (const token of tokensOfSession.take(sessionId)) {
      const userId = release(token)?.actor.userId;
      if (userId !== undefined) sessionsOfUser.remove(userId, sessionId);
    }
  }

  function dropUser(userId: string): void {
    for (const sessionId of sessionsOfUser.take(userId)) {
      for (const token of tokensOfSession.take(sessionId)) release(token);
    }
  }

  function dropAll(): void {
    weight = 0;
    tokens.clear();
    tokensOfSession.clear();
    sessionsOfUser.clear();
  }

  return {
    get size() {
      return tokens.size;
    },
    find: (token) => tokens.get(token),
    beginReading(sessionId, userId) {
      const reading = { sessionId, userId, isVoid: false };
      readings.add(reading);
      return reading;
    },
    endReading: (reading) => void readings.delete(reading),
    keep(reading, token, known) {
      if (reading.isVoid) return;
      drop(token);
      const { sessionId, userId } = reading;
      if (tokensOfSession.count(sessionId) >= limitPerSession)
        drop(tokensOfSession.oldest(sessionId));
      sessionsOfUser.add(userId, sessionId);
      tokensOfSession.add(sessionId, token);
      tokens.set(token, known);
      weight += known.weight;
      while (weight > limit) drop(tokens.keys().next().value);
    },
    forget({ subject, id }) {
      for (const reading of readings) {
        if (concerns(reading, subject, id)) reading.isVoid = true;
      }
      if (subject === "session") dropSession(id);
      else if (subject === "user") dropUser(id);
      else if (concernsAll(subject)) dropAll();
    },
  };
}

/** Of changed keys `keyRevision` tells. */
function concerns(reading: Reading, subject: Change["subject"], id: string): boolean {
  if (subject === "session") return reading.sessionId === id;
  if (subject === "user") return reading.userId === id;
  return concernsAll(subject);
}

/** What a role allows may be told of anybody's token. */
function concernsAll(subject: Change["subject"]): boolean {
  return subject === "roles" || subject === "all";
}
