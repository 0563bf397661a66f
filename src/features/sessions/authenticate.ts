import type { UserActor } from "../../kernel/context.ts";
import type { Authenticate } from "../../platform/http/route-kit.ts";
import type { Context, Platform } from "../../platform/platform.ts";
import { type AccessClaims, invalidToken, verifyAccessToken } from "../tokens/index.ts";
import { rolesOf } from "../users/index.ts";
import { findLiveSession } from "./find-live-session.ts";
import { createKnownTokens, type KnownToken } from "./known-tokens.ts";
import { createSessionActivity } from "./session-activity.ts";

/** About 40 MB of tokens and what they stand for; a replica that serves more users reads more often. */
const maximumKnownTokens = 20_000;

/**
 * Makes the one way in which an access token is judged. A token is verified, and its session and user are read, once;
 * what was learnt is remembered until the change feed tells of a change, and used only while the feed is live. A genuine
 * token is refused as soon as its session has ended or its user is gone. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`.
 */
export function createAuthenticator(platform: Platform): Authenticate {
  const { changes, clock } = platform;
  const knownTokens = createKnownTokens(maximumKnownTokens);
  const activity = createSessionActivity(platform);
  changes.subscribe(knownTokens.forget);

  async function learn(ctx: Context, token: string): Promise<UserActor> {
    const claims = await verifyAccessToken(ctx, token);
    const reading = knownTokens.beginReading(claims.sid, claims.sub);
    try {
      const known = await read(ctx, claims);
      if (changes.isLive()) knownTokens.keep(reading, token, known);
      activity.note(known);
      return known.actor;
    } finally {
      knownTokens.abandon(reading);
    }
  }

  return (ctx, token) => {
    const known = changes.isLive() ? knownTokens.find(token) : undefined;
    if (!known || known.validUntil <= clock.now().getTime()) return learn(ctx, token);
    activity.note(known);
    return known.actor;
  };
}

async function read(ctx: Context, claims: AccessClaims): Promise<KnownToken> {
  const session = await findLiveSession(ctx.db, claims.sid, ctx.clock.now());
  if (!session || session.id !== claims.sub) throw invalidToken();
  const actor: UserActor = {
    kind: "user",
    userId: session.id,
    sessionId: claims.sid,
    email: session.email,
    username: session.username,
    name: session.name,
    emailVerified: session.emailVerifiedAt !== null,
    roles: rolesOf(session),
    tokenExpiresAt: new Date(claims.exp * 1000),
  };
  const ends = [actor.tokenExpiresAt, session.expiresAt, session.absoluteExpiresAt];
  return {
    actor,
    validUntil: Math.min(...ends.map((end) => end.getTime())),
    notedAsUsedAt: session.lastUsedAt.getTime(),
  };
}
