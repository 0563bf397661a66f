import type { UserActor } from "../../kernel/context.ts";
import type { Authenticate } from "../../platform/http/guard.ts";
import type { Context, Platform } from "../../platform/platform.ts";
import { type AccessClaims, invalidToken, verifyAccessToken } from "../tokens/index.ts";
import { rolesOf } from "../roles/index.ts";
import { findActiveSession } from "./find-active-session.ts";
import { createTokenCache, type CachedToken } from "./token-cache.ts";
import { tokenCacheBytes, memoryOf } from "./token-cache-memory.ts";
import { createSessionActivity } from "./session-activity.ts";

/** How often a session and its user are read again because they changed while they were read. */
const maximumReadings = 5;

/** Judges access tokens. */
export interface Authenticator {
  readonly authenticate: Authenticate;
  /** Whom a token stands for if that is remembered and holds at this moment; null when it has to be looked up. */
  recall(token: string, now: Date): UserActor | null;
}

/**
 * Makes the one way in which an access token is judged. A token is verified, and its session and user are read, once;
 * what was learnt is remembered until the change feed tells of a change, and used only while the feed is live. A genuine
 * token is refused as soon as its session has ended or its user is gone. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`.
 */
export function createAuthenticator(platform: Platform): Authenticator {
  const { changes, clock, keyRing } = platform;
  const tokenCache = createTokenCache(tokenCacheBytes);
  const activity = createSessionActivity(platform);
  changes.subscribe(tokenCache.forget);

  async function learn(ctx: Context, token: string): Promise<UserActor> {
    // First of all: a key that goes while it verifies must not be remembered as one that was there.
    const keyRevision = keyRing.revision();
    const claims = await verifyAccessToken(ctx, token);
    for (let readings = 1; ; readings += 1) {
      const reading = tokenCache.beginReading(claims.sid, claims.sub);
      try {
        const found = await read(ctx, claims);
        const known = { ...found, keyRevision, weight: memoryOf(token, found.actor) };
        if (reading.isVoid && readings < maximumReadings) continue;
        if (changes.isLive()) tokenCache.keep(reading, token, known);
        activity.note(known, clock.now().getTime());
        return known.actor;
      } finally {
        tokenCache.endReading(reading);
      }
    }
  }

  function recall(token: string, now: Date): UserActor | null {
    const known = changes.isLive() ? tokenCache.find(token) : undefined;
    if (!known) return null;
    const milliseconds = now.getTime();
    if (milliseconds >= known.validUntil || known.keyRevision !== keyRing.revision()) return null;
    activity.note(known, milliseconds);
    return known.actor;
  }

  return {
    recall,
    authenticate: (ctx, token) => recall(token, clock.now()) ?? learn(ctx, token),
  };
}

/** What is learnt of a token by reading its session and user. */
type Found = Omit<CachedToken, "keyRevision" | "weight">;

async function read(ctx: Context, claims: AccessClaims): Promise<Found> {
  const session = await findActiveSession(ctx.db, claims.sid, ctx.clock.now());
  if (!session || session.id !== claims.sub) throw invalidToken();
  const tokenExpiresAt = new Date(claims.exp * 1000);
  const { expiresAt, absoluteExpiresAt, lastUsedAt } = session;
  return {
    actor: {
      kind: "user",
      userId: claims.sub,
      sessionId: claims.sid,
      email: session.email,
      username: session.username,
      name: session.name,
      emailVerified: session.emailVerifiedAt !== null,
      roles: rolesOf(session),
      permissions: session.permissions,
      amr: claims.amr,
      profile: {
        phone: session.phone,
        avatarUrl: session.avatarUrl,
        locale: session.locale,
        metadata: session.metadata,
      },
      tokenExpiresAt,
    },
    validUntil: Math.min(
      tokenExpiresAt.getTime(),
      expiresAt.getTime(),
      absoluteExpiresAt.getTime(),
    ),
    notedAsUsedAt: lastUsedAt.getTime(),
  };
}
