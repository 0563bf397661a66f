import type { UserActor } from "../../kernel/context.ts";
import type { Change } from "../../platform/db/change-feed.ts";

/** What is remembered of a token that was verified and whose session and user were read. */
export interface KnownToken {
  readonly actor: UserActor;
  /** Milliseconds since 1970: the end of the token or of its session, whichever comes first. */
  readonly validUntil: number;
  /** When the session was last noted as used. */
  notedAsUsedAt: number;
}

/** A reading of the database under way. It is void once something about its session or user has changed. */
export interface Reading {
  readonly sessionId: string;
  readonly userId: string;
  isVoid: boolean;
}

/** Verified tokens and what they stand for, kept until something about them changes. */
export interface KnownTokens {
  find(token: string): KnownToken | undefined;
  /** To be called before the database is read, so that a change during the reading is noticed. */
  beginReading(sessionId: string, userId: string): Reading;
  /** Ends a reading and keeps what it found, unless it has become void meanwhile. */
  keep(reading: Reading, token: string, known: KnownToken): void;
  abandon(reading: Reading): void;
  forget(change: Change): void;
}

/** Keeps at most `limit` tokens; beyond that the one kept longest goes. */
export function createKnownTokens(limit: number): KnownTokens {
  const tokens = new Map<string, KnownToken>();
  const bySession = new Map<string, Set<string>>();
  const sessionsByUser = new Map<string, Set<string>>();
  const readings = new Set<Reading>();

  function drop(token: string): void {
    const known = tokens.get(token);
    if (!known) return;
    tokens.delete(token);
    const { sessionId, userId } = known.actor;
    if (removeFrom(bySession, sessionId, token)) removeFrom(sessionsByUser, userId, sessionId);
  }

  function dropSession(sessionId: string): void {
    for (const token of [...(bySession.get(sessionId) ?? [])]) drop(token);
  }

  return {
    find: (token) => tokens.get(token),
    beginReading(sessionId, userId) {
      const reading = { sessionId, userId, isVoid: false };
      readings.add(reading);
      return reading;
    },
    keep(reading, token, known) {
      readings.delete(reading);
      if (reading.isVoid) return;
      drop(token);
      tokens.set(token, known);
      addTo(bySession, known.actor.sessionId, token);
      addTo(sessionsByUser, known.actor.userId, known.actor.sessionId);
      const [oldest] = tokens.size > limit ? tokens.keys() : [];
      if (oldest !== undefined) drop(oldest);
    },
    abandon: (reading) => void readings.delete(reading),
    forget({ subject, id }) {
      for (const reading of readings) {
        if (isAbout(subject, id, reading)) reading.isVoid = true;
      }
      if (subject === "session") dropSession(id);
      else if (subject === "user") {
        for (const sessionId of [...(sessionsByUser.get(id) ?? [])]) dropSession(sessionId);
      } else {
        tokens.clear();
        bySession.clear();
        sessionsByUser.clear();
      }
    },
  };
}

function isAbout(subject: Change["subject"], id: string, reading: Reading): boolean {
  if (subject === "session") return reading.sessionId === id;
  return subject === "user" ? reading.userId === id : true;
}

function addTo(index: Map<string, Set<string>>, key: string, value: string): void {
  const values = index.get(key);
  if (values) values.add(value);
  else index.set(key, new Set([value]));
}

/** Whether the key is gone with its last value. */
function removeFrom(index: Map<string, Set<string>>, key: string, value: string): boolean {
  const values = index.get(key);
  values?.delete(value);
  return values?.size === 0 && index.delete(key);
}
