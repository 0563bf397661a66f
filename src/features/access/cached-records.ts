import type { UserActor, UserProfile } from "../../kernel/context.ts";
import type { SieveEntry } from "./sieve.ts";
import type { TokenDigest } from "./token-digest.ts";

/** What was read of a user, held once for all of the user's sessions and tokens. */
export interface CachedUser {
  readonly id: string;
  /** `UserFacts` as JSON, which takes a fraction of the memory of the objects and is compared as it is. */
  readonly facts: string;
  /** Lists that are the same for many users are held once. */
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  /** What the record is charged with, in bytes. */
  readonly bytes: number;
  /** How many characters a response about the user has at most, about. */
  readonly characters: number;
  /** The first of the user's sessions that are held; null while there is none. */
  firstSession: CachedSession | null;
}

/** What of a user only they have. */
export interface UserFacts {
  readonly email: string;
  readonly username: string | null;
  readonly name: string | null;
  readonly emailVerified: boolean;
  /** Null where nothing of it is set. */
  readonly profile: UserProfile | null;
}

/** What was read of a session, held once for all of its tokens. Times are milliseconds since 1970. */
export interface CachedSession extends SieveEntry<CachedSession> {
  readonly id: string;
  readonly user: CachedUser;
  /** When the session ends unless it is refreshed, as it was read: a refresh only postpones it. */
  readonly endsAt: number;
  notedAsUsedAt: number;
  /** When a token of it was last not among the recent ones, in tokens for which that was so. */
  missedAt: number;
  /** False before the cache holds it, and from the moment on at which something about it has changed. */
  isHeld: boolean;
  /** The newest of its tokens that are held. */
  newestToken: CachedToken | null;
  nextOfUser: CachedSession | null;
  previousOfUser: CachedSession | null;
}

/** A token whose signature was verified. */
export interface CachedToken extends TokenDigest {
  readonly session: CachedSession;
  /** The token's `exp`, in seconds since 1970. */
  readonly expiresAt: number;
  readonly amr: readonly string[];
  /** The state of the key ring in which it was verified. */
  readonly keyRevision: number;
  /** The next older token of the session. */
  older: CachedToken | null;
}

const emptyProfile: UserProfile = { phone: null, avatarUrl: null, locale: null, metadata: {} };

/** What a reading of the database found of a session and its user. */
export interface FoundSession extends Pick<CachedSession, "id" | "endsAt" | "notedAsUsedAt"> {
  readonly user: Pick<CachedUser, "id" | "facts" | "roles" | "permissions">;
}

/** The record of a session that is not held yet. */
export function createSessionRecord(found: FoundSession, user: CachedUser): CachedSession {
  return {
    id: found.id,
    user,
    endsAt: found.endsAt,
    notedAsUsedAt: found.notedAsUsedAt,
    missedAt: Number.NEGATIVE_INFINITY,
    isHeld: false,
    isVisited: false,
    newestToken: null,
    newer: null,
    older: null,
    nextOfUser: null,
    previousOfUser: null,
  };
}

/** The JSON of a user's facts. */
export function factsOf({ profile, ...facts }: UserFacts & { profile: UserProfile }): string {
  const { phone, avatarUrl, locale, metadata } = profile;
  const isEmpty =
    phone === null && avatarUrl === null && locale === null && Object.keys(metadata).length === 0;
  return JSON.stringify({ ...facts, profile: isEmpty ? null : profile });
}

/** The user that a token stands for. */
export function actorOf({
  session,
  amr,
  expiresAt,
}: Omit<CachedToken, keyof TokenDigest>): UserActor {
  const { id, facts, roles, permissions } = session.user;
  const { email, username, name, emailVerified, profile } = asUserFacts(JSON.parse(facts));
  return {
    kind: "user",
    userId: id,
    sessionId: session.id,
    email,
    username,
    name,
    emailVerified,
    roles,
    permissions,
    amr,
    profile: profile ?? emptyProfile,
    tokenExpiresAt: new Date(expiresAt * 1000),
  };
}

/** Of JSON that `factsOf` wrote. */
function asUserFacts(value: unknown): UserFacts {
  return value as UserFacts;
}
