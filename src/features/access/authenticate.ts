import type { ClientGrant, UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Authenticate, Authenticator } from "../../platform/http/guard.ts";
import type { Context, Platform } from "../../platform/platform.ts";
import { hashBrowserToken } from "../sessions/index.ts";
import { type AccessClaims, invalidToken, isOwnToken, verifyUserToken } from "../tokens/index.ts";
import { actorOf, type CachedSession } from "./cached-records.ts";
import {
  type ActiveSession,
  findActiveBrowserSession,
  findActiveSession,
} from "./find-active-session.ts";
import { foundSession } from "./found-session.ts";
import { createSessionActivity } from "./session-activity.ts";
import { createTokenCache, type VerifiedToken } from "./token-cache.ts";

/** The maximum number of readings of a session and its user; each repeats one during which they changed. */
const maximumReadings = 5;

/** The token cache now, and the counts of lookups since the start. */
export interface TokenCacheLoad {
  readonly tokens: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
}

/** The functions that verify tokens, and the state of their cache. */
export interface CachingAuthenticator extends Authenticator {
  tokenCacheLoad(): TokenCacheLoad;
}

/**
 * Creates the functions that verify access tokens, and the one for the tokens of browser sessions. Each verifies a token and
 * reads its session and user once, and caches them until the change feed reports a change; the cache is used only while the feed
 * is live. A genuine token is rejected once its session has ended or its user is deleted or disabled.
 */
export function createAuthenticator(platform: Platform): CachingAuthenticator {
  const { changes, clock, keyRing, settings } = platform;
  const tokenCache = createTokenCache(settings.tokenCacheSizeBytes, changes);
  const activity = createSessionActivity(platform);
  let hits = 0;
  let misses = 0;
  changes.subscribe(tokenCache.forget);

  async function verify(ctx: Context, text: string): Promise<UserActor> {
    misses += 1;
    // Read before the verification: if the keys change during it, the cached token has the old revision and is not used.
    const keyRevision = keyRing.revision();
    const claims = await verifyUserToken(ctx, text);
    const session = findCachedSession(claims) ?? (await readSession(ctx, claims));
    const grant = grantOf(claims, session, settings.publicUrl);
    return admit(text, { session, grant, expiresAt: claims.exp, keyRevision });
  }

  /** The session as cached for another token, or for this one before the token was evicted. Sends no statement. */
  function findCachedSession({ sid, sub }: AccessClaims): CachedSession | null {
    const session = tokenCache.findSession(sid);
    const isUsable = session?.user.id === sub && clock.now().getTime() < session.endsAt;
    return isUsable ? session : null;
  }

  async function readSession(ctx: Context, { sid, sub }: AccessClaims): Promise<CachedSession> {
    for (let readings = 1; ; readings += 1) {
      const reading = tokenCache.beginReading(sid, sub);
      try {
        const session = await findActiveSession(ctx.db, sid, ctx.clock.now());
        if (session?.id !== sub) throw invalidToken();
        if (reading.isVoid && readings < maximumReadings) continue;
        return tokenCache.keep(reading, foundSession(session));
      } finally {
        tokenCache.endReading(reading);
      }
    }
  }

  async function verifyBrowser(ctx: Context, text: string): Promise<UserActor> {
    misses += 1;
    for (let readings = 1; ; readings += 1) {
      const reading = tokenCache.beginReadingByKey();
      try {
        const found = await getBrowserSession(ctx, text);
        tokenCache.identifyReading(reading, { sessionId: found.sessionId, userId: found.id });
        if (reading.isVoid && readings < maximumReadings) continue;
        const session = tokenCache.keep(reading, foundSession(found));
        const expiresAt = found.absoluteExpiresAt.getTime() / 1000;
        return admit(text, { session, grant: null, expiresAt, keyRevision: null });
      } finally {
        tokenCache.endReading(reading);
      }
    }
  }

  function admit(text: string, token: VerifiedToken): UserActor {
    tokenCache.add(text, token);
    activity.note(token.session, clock.now().getTime());
    return actorOf({ ...token, older: null });
  }

  /** The user of a cached token that is valid; null for a token that has to be looked up, as one of the other kind. */
  function findCached(text: string, now: Date, keyRevision: number | null): UserActor | null {
    const found = tokenCache.find(text);
    if (!found) return null;
    const milliseconds = now.getTime();
    const { token, actor, validUntil } = found;
    if (milliseconds >= validUntil || token.keyRevision !== keyRevision) return null;
    activity.note(token.session, milliseconds);
    hits += 1;
    return actor;
  }

  /** After a pause a cached token costs one round trip of the change feed, which is then live for the next ones. */
  async function findAfterPause(text: string, isBrowser: boolean): Promise<UserActor | null> {
    const becomesLive = changes.whenLive();
    if (!tokenCache.holds(text) || !(await becomesLive)) return null;
    return findCached(text, clock.now(), isBrowser ? null : keyRing.revision());
  }

  async function lookUp(ctx: Context, text: string): Promise<UserActor> {
    return (await findAfterPause(text, false)) ?? verify(ctx, text);
  }

  async function lookUpBrowser(ctx: Context, text: string): Promise<UserActor> {
    return (await findAfterPause(text, true)) ?? verifyBrowser(ctx, text);
  }

  const authenticateGranted: Authenticate = (ctx, token) =>
    findCached(token, clock.now(), keyRing.revision()) ?? lookUp(ctx, token);
  return {
    authenticateGranted,
    authenticate(ctx, token) {
      const actor = authenticateGranted(ctx, token);
      return actor instanceof Promise ? actor.then(openingAccount) : openingAccount(actor);
    },
    authenticateBrowser: (ctx, token) =>
      findCached(token, clock.now(), null) ?? lookUpBrowser(ctx, token),
    tokenCacheLoad: () => ({ tokens: tokenCache.size, bytes: tokenCache.bytes, hits, misses }),
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

async function getBrowserSession(ctx: Context, token: string): Promise<ActiveSession> {
  const found = await findActiveBrowserSession(ctx.db, {
    tokenHash: hashBrowserToken(token),
    required: ctx.settings.requireEmailVerification,
    now: ctx.clock.now(),
  });
  if (!found) throw new AppError("AUTHENTICATION_REQUIRED", "Sign in first.");
  return found;
}
