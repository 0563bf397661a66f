import type { ClientGrant, UserActor } from "../../kernel/context.ts";
import type { Authenticate } from "../../platform/http/guard.ts";
import type { Context, Platform } from "../../platform/platform.ts";
import { type AccessClaims, invalidToken, isOwnToken, verifyUserToken } from "../tokens/index.ts";
import { inSession, rolesOf } from "../roles/index.ts";
import { actorOf, type CachedSession, factsOf, type FoundSession } from "./cached-records.ts";
import { findActiveSession } from "./find-active-session.ts";
import { createSessionActivity } from "./session-activity.ts";
import { isSameRights } from "./shared-lists.ts";
import { createTokenCache } from "./token-cache.ts";

/** The maximum number of readings of a session and its user; each repeats one during which they changed. */
const maximumReadings = 5;

/** The two functions that verify access tokens, on one cache. Both throw `INVALID_TOKEN`, `EXPIRED_TOKEN`. */
export interface Authenticator {
  /** For everything under `/api`: refuses a token that a client was granted, unless it opens the user's account. */
  readonly authenticate: Authenticate;
  /** For the endpoints of OAuth 2.0: also such a token. What was granted is in the actor's `grant`. */
  readonly authenticateGranted: Authenticate;
}

/**
 * Creates the functions that verify access tokens. They verify a token's signature and read its session and user once,
 * and cache them until the change feed reports a change; the cache is used only while the feed is live. They reject a genuine
 * token once its session has ended or its user is deleted or disabled.
 */
export function createAuthenticator(platform: Platform): Authenticator {
  const { changes, clock, keyRing, settings } = platform;
  const tokenCache = createTokenCache(settings.tokenCacheSizeBytes, changes.isLive);
  const activity = createSessionActivity(platform);
  changes.subscribe(tokenCache.forget);

  async function verify(ctx: Context, text: string): Promise<UserActor> {
    // Read before the verification: if the keys change during it, the cached token has the old revision and is not used.
    const keyRevision = keyRing.revision();
    const claims = await verifyUserToken(ctx, text);
    const session = findCachedSession(claims) ?? (await readSession(ctx, claims));
    const grant = grantOf(claims, session, settings.publicUrl);
    const token = { session, grant, expiresAt: claims.exp, keyRevision, older: null };
    tokenCache.add(text, token);
    activity.note(session, clock.now().getTime());
    return actorOf(token);
  }

  /** The session as cached for another token, or for this one before the token was evicted. Sends no statement. */
  function findCachedSession({ sid, sub }: AccessClaims): CachedSession | null {
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

  /** The user of a cached token that is valid; null for a token that has to be looked up. */
  function findCached(text: string, now: Date): UserActor | null {
    const found = tokenCache.find(text);
    if (!found) return null;
    const milliseconds = now.getTime();
    const { token, actor, validUntil } = found;
    if (milliseconds >= validUntil || token.keyRevision !== keyRing.revision()) return null;
    activity.note(token.session, milliseconds);
    return actor;
  }

  const authenticateGranted: Authenticate = (ctx, token) =>
    findCached(token, clock.now()) ?? verify(ctx, token);
  return {
    authenticateGranted,
    authenticate(ctx, token) {
      const actor = authenticateGranted(ctx, token);
      return actor instanceof Promise ? actor.then(openingAccount) : openingAccount(actor);
    },
  };
}

function openingAccount(actor: UserActor): UserActor {
  if (actor.grant === null || actor.grant.opensAccount) return actor;
  throw invalidToken();
}

/** What a token's client was granted. Throws `INVALID_TOKEN` for a token that is not of its session's client. */
function grantOf(
  claims: AccessClaims,
  { client }: Pick<CachedSession, "client">,
  publicUrl: string,
): ClientGrant | null {
  const clientId = isOwnToken(claims) ? null : (claims.client_id ?? null);
  if (clientId !== (client?.clientId ?? null)) throw invalidToken();
  if (client === null) return null;
  const scopes = claims.scope === undefined ? [] : claims.scope.split(" ");
  const opensAccount = client.isTrusted && claims.aud === publicUrl;
  return { clientId: client.clientId, scopes, opensAccount };
}

async function getActiveSession(ctx: Context, claims: AccessClaims): Promise<FoundSession> {
  const session = await findActiveSession(ctx.db, claims.sid, ctx.clock.now());
  if (!session || session.id !== claims.sub) throw invalidToken();
  const { email, username, name, emailVerifiedAt, phone, avatarUrl, locale, metadata } = session;
  const profile = { phone, avatarUrl, locale, metadata };
  const times = {
    createdAt: session.createdAt.toISOString(),
    updatedAt: session.updatedAt.toISOString(),
  };
  const rights = { roles: rolesOf(session), permissions: session.permissions };
  const withoutMfa = {
    roles: rolesOf(inSession(session, [])),
    permissions: session.permissionsWithoutMfa,
  };
  return {
    id: claims.sid,
    user: {
      id: session.id,
      facts: factsOf({
        email,
        username,
        name,
        emailVerified: emailVerifiedAt !== null,
        ...times,
        profile,
      }),
      ...rights,
      withoutMfa: isSameRights(rights, withoutMfa) ? null : withoutMfa,
    },
    amr: session.amr,
    client:
      session.clientId === null
        ? null
        : { clientId: session.clientId, isTrusted: session.isTrustedClient },
    endsAt: Math.min(session.expiresAt.getTime(), session.absoluteExpiresAt.getTime()),
    notedAsUsedAt: session.lastUsedAt.getTime(),
  };
}
