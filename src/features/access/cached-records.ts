import type { ClientGrant, UserActor, UserProfile } from "../../kernel/context.ts";
import { hasTwoFactors } from "../roles/index.ts";
import type { SieveEntry } from "./sieve.ts";
import type { TokenDigest } from "./token-digest.ts";

/** What a user may do. */
export type Rights = Pick<CachedUser, "roles" | "permissions">;

/** A cached user, held once for all of the user's sessions and tokens. */
export interface CachedUser {
  readonly id: string;
  /** What `factsOf` made: text takes a fraction of the memory of the objects, and is compared as it is. */
  readonly facts: string;
  /** Equal lists of several users are one array (`shared-lists.ts`), as for `permissions`. */
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  /** What is effective in a session in which two factors were not proven; null if that is all of it. */
  readonly withoutMfa: Rights | null;
  /** The bytes that count towards the limit of the cache. */
  readonly bytes: number;
  /** About the maximum number of characters about the user in a response. */
  readonly characters: number;
  /** The first of the user's sessions that are held; null while there is none. */
  firstSession: CachedSession | null;
}

/** The data of a user, without roles and permissions. */
export interface UserFacts {
  readonly email: string;
  readonly username: string | null;
  readonly name: string | null;
  readonly emailVerified: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Null if no field of it is set. */
  readonly profile: UserProfile | null;
}

/** A cached session, held once for all of its tokens. Times are milliseconds since 1970. */
export interface CachedSession extends SieveEntry<CachedSession> {
  readonly id: string;
  readonly user: CachedUser;
  /** How the user authenticated (RFC 8176), at the sign-in and since. */
  readonly amr: readonly string[];
  /** The client whose session it is; null for a session of Gatehouse itself. */
  readonly client: SessionClient | null;
  /** When the session ends, as it was read. A refresh since then can only have postponed it. */
  readonly endsAt: number;
  notedAsUsedAt: number;
  /** The number of misses among the recent tokens at the last miss of one of its tokens. */
  missedAt: number;
  /** Whether the cache holds it. False again once it is evicted, or something about it has changed. */
  isHeld: boolean;
  /** The newest of its tokens that the cache holds. */
  newestToken: CachedToken | null;
  nextOfUser: CachedSession | null;
  previousOfUser: CachedSession | null;
}

/** The client of a session. */
export interface SessionClient {
  readonly clientId: string;
  readonly isTrusted: boolean;
}

/** A verified token: an access token whose signature was verified, or the token of a browser session. */
export interface CachedToken extends TokenDigest {
  readonly session: CachedSession;
  /** Null for a token of Gatehouse itself. */
  readonly grant: ClientGrant | null;
  /** The token's `exp`, or the absolute end of a browser session, in seconds since 1970. */
  readonly expiresAt: number;
  /** The revision of the key ring with which it was verified. Null for the token of a browser session, which no key signed. */
  readonly keyRevision: number | null;
  /** The next older token of the session. */
  older: CachedToken | null;
}

const emptyProfile: UserProfile = { phone: null, avatarUrl: null, locale: null, metadata: {} };

/** A session and its user as read from the database. */
export interface FoundSession extends Pick<
  CachedSession,
  "id" | "amr" | "client" | "endsAt" | "notedAsUsedAt"
> {
  readonly user: Pick<CachedUser, "id" | "facts" | "roles" | "permissions" | "withoutMfa">;
}

/** The record of a session that the cache does not hold yet. */
export function createSessionRecord(found: FoundSession, user: CachedUser): CachedSession {
  return {
    id: found.id,
    user,
    amr: found.amr,
    client: found.client,
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

/** The JSON of a user's facts in this order: their names would take a tenth of the memory of the cache. */
export function factsOf(facts: UserFacts & { profile: UserProfile }): string {
  const { phone, avatarUrl, locale, metadata } = facts.profile;
  const isEmpty =
    phone === null && avatarUrl === null && locale === null && Object.keys(metadata).length === 0;
  const stored: StoredFacts = [
    facts.email,
    facts.username,
    facts.name,
    facts.emailVerified,
    facts.createdAt,
    facts.updatedAt,
    isEmpty ? null : facts.profile,
  ];
  return JSON.stringify(stored);
}

type StoredFacts = readonly [
  email: UserFacts["email"],
  username: UserFacts["username"],
  name: UserFacts["name"],
  emailVerified: UserFacts["emailVerified"],
  createdAt: UserFacts["createdAt"],
  updatedAt: UserFacts["updatedAt"],
  profile: UserFacts["profile"],
];

/** The user that a token stands for. */
export function actorOf({
  session,
  expiresAt,
  grant,
}: Omit<CachedToken, keyof TokenDigest>): UserActor {
  const { user: held, amr } = session;
  const { id, facts, withoutMfa } = held;
  const { roles, permissions } = withoutMfa === null || hasTwoFactors(amr) ? held : withoutMfa;
  const [email, username, name, emailVerified, createdAt, updatedAt, profile] = asStoredFacts(
    JSON.parse(facts),
  );
  return {
    kind: "user",
    userId: id,
    sessionId: session.id,
    email,
    username,
    name,
    emailVerified,
    createdAt,
    updatedAt,
    roles,
    permissions,
    amr,
    profile: profile ?? emptyProfile,
    tokenExpiresAt: new Date(expiresAt * 1000),
    grant,
  };
}

/** For JSON that `factsOf` wrote. */
function asStoredFacts(value: unknown): StoredFacts {
  return value as StoredFacts;
}

/** How an index finds records by their ids. */
export const byId = {
  hashOf: (id: string) => Bun.hash.xxHash32(id) | 0,
  keyOf: (entry: { readonly id: string }) => entry.id,
  hasKey: (entry: { readonly id: string }, id: string) => entry.id === id,
};

/** The token of a session that has `count` newer ones, or null. */
export function oldestBeyond(session: CachedSession, count: number): CachedToken | null {
  let token = session.newestToken;
  for (let newer = 0; token && newer < count; newer += 1) token = token.older;
  return token;
}

/** Removes a token from the tokens of its session. */
export function unlinkToken(removed: CachedToken): void {
  const { session } = removed;
  if (session.newestToken === removed) session.newestToken = removed.older;
  for (let token = session.newestToken; token; token = token.older) {
    if (token.older === removed) token.older = removed.older;
  }
}
