import { and, eq } from "drizzle-orm";

import { sha256 } from "../../kernel/bytes.ts";
import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import { browserTokenBits } from "../../platform/http/browser-session-cookie.ts";
import type { Context } from "../../platform/platform.ts";
import { endBrowserSessionOf, endSession } from "./end-sessions.ts";
import { moveLateClientSessions, type Successor } from "./move-client-sessions.ts";
import { isOpen } from "./queries.ts";
import { sessions } from "./table.ts";

/** The token of a new browser session. Only its digest is stored. */
export interface NewBrowserToken {
  readonly hash: string;
  /** Gives it to the browser, once the session is open, which replaces the session of the token that the browser had. */
  deliver(opened: Successor): Promise<void>;
}

/** A token for the session that is opened with this context; null if it opens none in a browser. No client can choose it. */
export function createBrowserToken(ctx: Context): NewBrowserToken | null {
  const { device } = ctx;
  if (ctx.opensBrowserSession !== true || !device) return null;
  const token = ctx.random.token(browserTokenBits);
  return {
    hash: hashBrowserToken(token),
    async deliver(opened) {
      device.storeBrowserToken(token, ctx.settings.sessionMaxAgeSeconds);
      await endPresentedSession(ctx, opened);
    },
  };
}

/** Signs out in the browser: ends the session of its cookie, at once and everywhere, and deletes the cookie. Repeatable. */
export async function endBrowserSession(ctx: Context): Promise<void> {
  await endPresentedSession(ctx, null);
  ctx.device?.clearBrowserToken();
}

/**
 * Replaces the token of the user's browser session, after a reauthentication: a token that another person got hold of before is
 * of no use afterwards. Does nothing in a session that has no cookie.
 */
export async function rotateBrowserToken(ctx: Context<UserActor>): Promise<void> {
  const { device } = ctx;
  const presented = device?.browserToken ?? null;
  if (!device || presented === null) return;
  const now = ctx.clock.now();
  const token = ctx.random.token(browserTokenBits);
  const query = ctx.db
    .update(sessions)
    .set({ browserTokenHash: hashBrowserToken(token) })
    .where(
      and(
        eq(sessions.browserTokenHash, hashBrowserToken(presented)),
        eq(sessions.id, ctx.actor.sessionId),
        isOpen(now),
      ),
    )
    .returning({ id: sessions.id, absoluteExpiresAt: sessions.absoluteExpiresAt });
  const announce = ({ id }: { id: string }) => ({ subject: "session", id }) as const;
  const [session] = await commit(ctx, { query, announce }, () => []);
  if (session) device.storeBrowserToken(token, secondsFrom(now, session.absoluteExpiresAt));
}

/** The digest by which a session is found. */
export function hashBrowserToken(token: string): string {
  return sha256(token);
}

/**
 * By its id as well: a rotation may have replaced the token since the request was admitted with it. The sessions of clients go on
 * with a successor of the same user, who only signed in again, and end otherwise.
 */
async function endPresentedSession(ctx: Context, successor: Successor | null): Promise<void> {
  const { actor, device } = ctx;
  const token = device?.browserToken ?? null;
  if (token === null) return;
  const sessionId = actor.kind === "user" ? actor.sessionId : (ctx.presentedSessionId ?? null);
  const presented = { tokenHash: hashBrowserToken(token), sessionId };
  for (const ended of await endBrowserSessionOf(ctx, presented, successor)) {
    const isSameUser = ended.userId === successor?.userId;
    await (isSameUser
      ? moveLateClientSessions(ctx, ended.id, successor)
      : endSession(ctx, { ...ended, hasEnded: true }));
  }
}

/** Whole seconds, so that the cookie never outlives its session. */
function secondsFrom(start: Date, end: Date): number {
  return Math.floor((end.getTime() - start.getTime()) / 1000);
}
