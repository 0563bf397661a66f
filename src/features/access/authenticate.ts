import type { UserActor } from "../../kernel/context.ts";
import type { Authenticate } from "../../platform/http/guard.ts";
import type { Context, Platform } from "../../platform/platform.ts";
import { type AccessClaims, invalidToken, verifyAccessToken } from "../tokens/index.ts";
import { rolesOf } from "../roles/index.ts";
import { actorOf, type CachedSession, factsOf, type FoundSession } from "./cached-records.ts";
import { findActiveSession } from "./find-active-session.ts";
import { createSessionActivity } from "./session-activity.ts";
import { createTokenCache } from "./token-cache.ts";

/** How often a session and its user are read again because they changed while they were read. */
const maximumReadings = 5;

/** Verifies access tokens. */
export interface Authenticator {
  readonly authenticate: Authenticate;
  /** The user that a token stands for if the cache holds it and it is valid; null when it has to be looked up. */
  recall(token: string, now: Date): UserActor | null;
}

/**
 * Creates the one function by which access tokens are verified. A token's signature is verified, and its session and user are
 * read, once; what was found is held until the change feed tells of a change, and is used only while the feed is live. A
 * genuine token is refused once its session has ended or its user is gone. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`.
 */
export function createAuthenticator(platform: Platform): Authenticator {
  const { changes, clock, keyRing, settings } = platform;
  const tokenCache = createTokenCache(settings.tokenCacheSizeBytes, changes.isLive);
  const activity = createSessionActivity(platform);
  changes.subscribe(tokenCache.forget);

  async function verify(ctx: Context, text: string): Promise<UserActor> {
    // First of all: a key that goes while it verifies must not be remembered as one that was there.
    const keyRevision = keyRing.revision();
    const claims = await verifyAccessToken(ctx, text);
    const session = findHeld(claims) ?? (await readSession(ctx, claims));
    const token = { session, expiresAt: claims.exp, amr: claims.amr, keyRevision, older: null };
    tokenCache.add(text, token);
    activity.note(session, clock.now().getTime());
    return actorOf(token);
  }

  /** The session of another token, or of this one before it was evicted: no statement is needed. */
  function findHeld({ sid, sub }: AccessClaims): CachedSession | null {
    const session = tokenCache.findSession(sid);
    const isUsable = session?.user.id === sub && clock.now().getTime() < session.endsAt;
    return isUsable ? session : null;
  }

  async function readSession(ctx: Context, claims: AccessClaims): Promise<CachedSession> {
    for (let readings = 1; ; readings += 1) {
      const reading = tokenCache.beginReading(claims.sid, claims.sub);
      try {
        const found = await getActiveSession(ctx, claims);
        if (reading.isVoid && readings < maximumReadings) continue;
        return tokenCache.keep(reading, found);
      } finally {
        tokenCache.endReading(reading);
      }
    }
  }

  function recall(text: string, now: Date): UserActor | null {
    const known = tokenCache.find(text);
    if (!known) return null;
    const milliseconds = now.getTime();
    const { token, actor, validUntil } = known;
    if (milliseconds >= validUntil || token.keyRevision !== keyRing.revision()) return null;
    activity.note(token.session, milliseconds);
    return actor;
  }

  return {
    recall,
    authenticate: (ctx, token) => recall(token, clock.now()) ?? verify(ctx, token),
  };
}

async function getActiveSession(ctx: Context, claims: AccessClaims): Promise<FoundSession> {
  const session = await findActiveSession(ctx.db, claims.sid, ctx.clock.now());
  if (!session || session.id !== claims.sub) throw invalidToken();
  const { email, username, name, emailVerifiedAt, phone, avatarUrl, locale, metadata } = session;
  const profile = { phone, avatarUrl, locale, metadata };
  return {
    id: claims.sid,
    user: {
      id: session.id,
      facts: factsOf({ email, username, name, emailVerified: emailVerifiedAt !== null, profile }),
      roles: rolesOf(session),
      permissions: session.permissions,
    },
    endsAt: Math.min(session.expiresAt.getTime(), session.absoluteExpiresAt.getTime()),
    notedAsUsedAt: session.lastUsedAt.getTime(),
  };
}
