import type { Change, FeedState } from "../../platform/db/change-feed.ts";
import {
  byId,
  type CachedSession,
  type CachedToken,
  type CachedUser,
  createSessionRecord,
  type FoundSession,
  oldestBeyond,
  unlinkToken,
} from "./cached-records.ts";
import { createEntryIndex } from "./entry-index.ts";
import { concernsAll, createReadings, type Reading, type ReadSubject } from "./readings.ts";
import { createRecentTokens, type FoundToken } from "./recent-tokens.ts";
import { createSharedLists, isSameList, isSameRights } from "./shared-lists.ts";
import { createSieve } from "./sieve.ts";
import { bytesOfSession, bytesOfToken, bytesOfUser } from "./token-cache-memory.ts";
import { digestOf, isSameDigest, type TokenDigest } from "./token-digest.ts";

/** A token whose signature was verified just now, and its session. */
export type VerifiedToken = Pick<CachedToken, "session" | "grant" | "expiresAt" | "keyRevision">;

/**
 * Verified tokens, their sessions and users, held until something about them changes. While the change feed is not live
 * nothing is found, and while it is not listening nothing is added.
 */
export interface TokenCache {
  /** The number of tokens that are held, and the memory that they take. */
  readonly size: number;
  readonly bytes: number;
  find(text: string): FoundToken | null;
  /** Whether a token would be found if the change feed was live. It may be out of date, and is for no response. */
  holds(text: string): boolean;
  /** A session that is held, whether tokens of it are held or not. */
  findSession(sessionId: string): CachedSession | null;
  /** Call it before the database is read, so that a change during the reading makes the reading void. */
  beginReading(sessionId: string, userId: string): Reading;
  /** The same for a reading that finds the session by another key; call `identifyReading` with what it has found. */
  beginReadingByKey(): Reading;
  identifyReading(reading: Reading, subject: ReadSubject): void;
  endReading(reading: Reading): void;
  /** The record of what a reading found. It is held unless the reading is void, the feed is not listening or it is too large. */
  keep(reading: Reading, found: FoundSession): CachedSession;
  /** Holds a token, if its session is held. */
  add(text: string, token: VerifiedToken): void;
  forget(change: Change): void;
}

/** A client uses its newest token: a session that is refreshed without end evicts no other session's tokens. */
const maximumTokensOfSession = 8;
/** The part of the limit for the recent tokens, which are found the fastest. */
const shareOfRecentTokens = 1 / 8;

/** An empty cache that takes at most `limitBytes` of memory. Beyond that, sessions are evicted in the order of a sieve. */
export function createTokenCache(limitBytes: number, feed: FeedState): TokenCache {
  const tokens = createEntryIndex<TokenDigest, CachedToken>({
    hashOf: (digest) => digest.digest0 | 0,
    keyOf: (token) => token,
    hasKey: isSameDigest,
  });
  const sessions = createEntryIndex<string, CachedSession>(byId);
  const users = createEntryIndex<string, CachedUser>(byId);
  const sieve = createSieve<CachedSession>();
  const recent = createRecentTokens(limitBytes * shareOfRecentTokens);
  const limitOfRecords = limitBytes * (1 - shareOfRecentTokens);
  const lists = createSharedLists();
  const readings = createReadings();
  let bytes = 0;

  function hold(session: CachedSession): void {
    const { user } = session;
    if (!user.firstSession) {
      users.add(user);
      bytes += user.bytes;
    } else {
      user.firstSession.previousOfUser = session;
    }
    session.nextOfUser = user.firstSession;
    user.firstSession = session;
    sessions.add(session);
    sieve.add(session);
    session.isHeld = true;
    bytes += bytesOfSession(session);
  }

  function drop(session: CachedSession): void {
    const { user, nextOfUser, previousOfUser } = session;
    for (let token = session.newestToken; token; token = token.older) {
      tokens.remove(token);
      bytes -= bytesOfToken(token);
    }
    session.newestToken = null;
    if (nextOfUser) nextOfUser.previousOfUser = previousOfUser;
    if (previousOfUser) previousOfUser.nextOfUser = nextOfUser;
    else user.firstSession = nextOfUser;
    session.nextOfUser = null;
    session.previousOfUser = null;
    sessions.remove(session);
    sieve.remove(session);
    session.isHeld = false;
    bytes -= bytesOfSession(session);
    if (user.firstSession) return;
    users.remove(user);
    bytes -= user.bytes;
  }

  function dropUser(user: CachedUser | null): void {
    while (user?.firstSession) drop(user.firstSession);
  }

  function dropAll(): void {
    for (const session of sessions.entries()) session.isHeld = false;
    tokens.clear();
    sessions.clear();
    users.clear();
    sieve.clear();
    recent.clear();
    lists.clear();
    bytes = 0;
  }

  /** Evicts sessions until `neededBytes` more fit within the limit. */
  function makeRoom(neededBytes: number): void {
    while (bytes + neededBytes > limitOfRecords) {
      const victim = sieve.findVictim();
      if (!victim) return;
      drop(victim);
    }
  }

  /** The user's record that is held, if its data is the same; otherwise a new record, which is not held. */
  function recordOf({ id, facts, ...found }: FoundSession["user"]): CachedUser {
    const roles = lists.share(found.roles);
    const permissions = lists.share(found.permissions);
    const held = users.find(id);
    const isSame =
      held?.facts === facts &&
      isSameList(held.roles, roles.list) &&
      isSameList(held.permissions, permissions.list) &&
      isSameRights(held.withoutMfa, found.withoutMfa);
    if (held && isSame) return held;
    const without = found.withoutMfa && {
      roles: lists.share(found.withoutMfa.roles),
      permissions: lists.share(found.withoutMfa.permissions),
    };
    const all = [roles, permissions, ...(without ? Object.values(without) : [])];
    const ownLists = all.flatMap(({ isShared, list }) => (isShared ? [] : [list]));
    return {
      id,
      facts,
      roles: roles.list,
      permissions: permissions.list,
      withoutMfa: without && { roles: without.roles.list, permissions: without.permissions.list },
      bytes: bytesOfUser(facts, ownLists),
      characters: facts.length + roles.list.join().length + permissions.list.join().length,
      firstSession: null,
    };
  }

  function removeToken(removed: CachedToken): void {
    unlinkToken(removed);
    tokens.remove(removed);
    bytes -= bytesOfToken(removed);
  }

  return {
    get size() {
      return tokens.size;
    },
    get bytes() {
      return bytes + recent.bytes();
    },
    find(text) {
      if (!feed.isLive()) return null;
      const known = recent.find(text);
      if (known) {
        known.token.session.isVisited = true;
        return known;
      }
      const digest = digestOf(text);
      const token = digest && tokens.find(digest);
      if (!token) return null;
      token.session.isVisited = true;
      return recent.admit(text, token);
    },
    holds(text) {
      const digest = digestOf(text);
      return digest !== null && tokens.find(digest) !== null;
    },
    findSession(sessionId) {
      const session = feed.isLive() ? sessions.find(sessionId) : null;
      if (session) session.isVisited = true;
      return session;
    },
    beginReading: (sessionId, userId) => readings.begin({ sessionId, userId }),
    beginReadingByKey: () => readings.begin(null),
    identifyReading: readings.identify,
    endReading: readings.end,
    keep(reading, found) {
      const user = recordOf(found.user);
      const amr = lists.share(found.amr).list;
      const session = createSessionRecord({ ...found, amr }, user);
      const neededBytes = bytesOfSession(session) + user.bytes;
      if (reading.isVoid || !feed.isListening() || neededBytes > limitOfRecords) return session;
      const held = sessions.find(found.id);
      const isSame =
        held?.user === user &&
        held.endsAt === found.endsAt &&
        held.client?.isTrusted === found.client?.isTrusted &&
        isSameList(held.amr, amr);
      if (isSame) return held;
      // The held record differs from what was read: one of them is out of date, and the change is not announced yet.
      if (held) drop(held);
      const heldUser = users.find(user.id);
      if (heldUser !== user) dropUser(heldUser);
      makeRoom(neededBytes);
      hold(session);
      return session;
    },
    add(text, verified) {
      const { session } = verified;
      const digest = digestOf(text);
      if (!digest || !session.isHeld) return;
      recent.remove(text);
      const before = tokens.find(digest);
      if (before) removeToken(before);
      const tooOld = oldestBeyond(session, maximumTokensOfSession - 1);
      if (tooOld) removeToken(tooOld);
      makeRoom(bytesOfToken(verified));
      // `makeRoom` may have evicted this session.
      if (!session.isHeld) return;
      const token = { ...digest, ...verified, older: session.newestToken };
      session.newestToken = token;
      tokens.add(token);
      bytes += bytesOfToken(token);
    },
    forget(change) {
      readings.voidBy(change);
      const { subject, id } = change;
      if (subject === "session") {
        const session = sessions.find(id);
        if (session) drop(session);
      } else if (subject === "user") {
        dropUser(users.find(id));
      } else if (concernsAll(subject)) {
        dropAll();
      }
    },
  };
}
