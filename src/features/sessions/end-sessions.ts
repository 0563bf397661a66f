import { and, eq, or, sql, type SQL } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";
import type { Change } from "../../platform/db/change-feed.ts";
import { commit } from "../../platform/db/commit.ts";
import { always, type Effect, once, updateRows } from "../../platform/db/effects.ts";
import { jsonObject } from "../../platform/db/json-object.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, recordAudit } from "../audit/index.ts";
import { type EventType, recordEvent } from "../events/index.ts";
import { inspectAccessToken, inspectRefreshToken } from "../tokens/index.ts";
import { nextCredentialsVersion, users } from "../users/index.ts";
import { endSessionsOf } from "./end-with-a-change.ts";
import { endedColumns, notifyClient, timeOf } from "./notify-client.ts";
import { moveClientSessions, type Successor } from "./move-client-sessions.ts";
import { isOpen } from "./queries.ts";
import { sessions } from "./table.ts";

/** The `end_reason` of a browser session after the next sign-in in that browser. */
const replaced = "replaced";

/** The tokens of the session to end: either of them, or both. */
export interface LogOutInput {
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
}

/**
 * Ends the session that a token belongs to, at once and everywhere. Repeatable: a token that is expired or whose session
 * has ended is no error, and an invalid token ends nothing. Throws `AUTHENTICATION_REQUIRED` when neither is given.
 */
export async function logOut(ctx: Context, input: LogOutInput): Promise<void> {
  const { accessToken, refreshToken } = input;
  if (accessToken === null && refreshToken === null) {
    throw new AppError("AUTHENTICATION_REQUIRED", "Send the access token or the refresh token.");
  }
  if (refreshToken !== null) await endSessionOf(ctx, inspectRefreshToken(ctx, refreshToken));
  if (accessToken !== null) await endSessionOf(ctx, inspectAccessToken(ctx, accessToken));
}

async function endSessionOf(
  ctx: Context,
  inspected: Promise<{ claims: { sid: string; sub: string } }>,
): Promise<void> {
  try {
    const { claims } = await inspected;
    await endSession(ctx, { id: claims.sid, userId: claims.sub });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "INVALID_TOKEN") throw error;
  }
}

/** Ends this session of this user, if it is open, with those of clients that were granted in it also if it `hasEnded` by itself. */
export async function endSession(
  ctx: Context,
  session: { id: string; userId: string; hasEnded?: true },
): Promise<void> {
  await endOne(ctx, session, {
    reason: "logout",
    action: "session.logout",
    event: "user.logged_out",
  });
}

/** Ends a session from the list of this user. Throws `NOT_FOUND` when the user has no such open session. */
export async function revokeSession(
  ctx: Context,
  session: { id: string; userId: string },
): Promise<void> {
  const ending = {
    reason: "revoked",
    action: "session.revoked",
    event: "session.revoked",
  } as const;
  if (!isUuid(session.id) || (await endOne(ctx, session, ending)) === 0) {
    throw new AppError("NOT_FOUND", "There is no such session.");
  }
}

/** Ends the session that an authorization code opened, because the code was presented again (RFC 6749 §4.1.2). */
export async function endReusedSession(
  ctx: Context,
  session: { id: string; userId: string },
): Promise<void> {
  await endOne(ctx, session, {
    reason: "code_reuse",
    action: "session.code_reuse",
    event: "session.revoked",
  });
}

/**
 * Ends the open session of a browser, by its id, or by the digest of its token where that is not known: at a sign-out, or because
 * `successor` replaces it, with which the sessions of clients go on if it is the same user's. Gives what has ended; all other sessions
 * of clients are left to the caller.
 */
export async function endBrowserSessionOf(
  ctx: Context,
  { tokenHash, sessionId }: { readonly tokenHash: string; readonly sessionId: string | null },
  successor: Successor | null,
): Promise<readonly { readonly id: string; readonly userId: string }[]> {
  const isPresented =
    sessionId === null ? eq(sessions.browserTokenHash, tokenHash) : eq(sessions.id, sessionId);
  const reason = successor === null ? "logout" : replaced;
  const query = endingOf(ctx, {
    owner: eq(users.id, sql`(select ${sessions.userId} from ${sessions} where ${isPresented})`),
    which: isPresented,
    reason,
  });
  const writes = { table: sessions, kind: "change", rows: "ended" } as const;
  return commit(ctx, { query, writes, announce: announceSession }, ({ id, userId }) => [
    ...(successor === null ? [] : [moveClientSessions(ctx, id, successor)]),
    recordAudit(ctx, {
      action: "session.logout",
      result: "success",
      userId,
      sessionId: id,
      ...(reason === replaced ? { detail: { reason } } : {}),
    }),
    ...recordEvent(ctx, "user.logged_out", {
      user_id: userId,
      session_ids: sql`jsonb_build_array(${id})`,
    }),
  ]);
}

/**
 * The effects of a change after which only the signed-in user's present session goes on, such as one of their second factor. The
 * change locks the user and announces them.
 */
export function endOtherSessions(ctx: Context<UserActor>, reason: string): Effect[] {
  const { userId, sessionId } = ctx.actor;
  const version = { credentialsVersion: nextCredentialsVersion, updatedAt: ctx.clock.now() };
  return [
    updateRows(users, version, eq(users.id, userId)),
    endSessionsOf(ctx, { userId, exceptSessionId: sessionId, reason }),
  ];
}

/** Ends every open session of a user and gives their number. */
export function endAllSessions(ctx: Context, userId: string): Promise<number> {
  const entry = { action: "session.logout_all", result: "success", userId } as const;
  const ending = { userId, reason: "logout_all", event: "user.logged_out" } as const;
  return end(ctx, ending, () => once(recordAudit(ctx, entry)));
}

/** The same for another user's sessions, by an actor who may do so: it is recorded also if there was none to end. */
export function revokeAllSessions(ctx: Context, userId: string): Promise<number> {
  const ending = { userId, reason: "revoked", event: "session.revoked" } as const;
  return end(ctx, ending, (ended) => {
    const detail = jsonObject({ sessions: sql`(select count(*) from ${ended})` });
    const entry = { action: "session.revoked", result: "success", userId, detail } as const;
    return always(recordAudit(ctx, entry));
  });
}

function endOne(
  ctx: Context,
  { id, userId, hasEnded }: { id: string; userId: string; hasEnded?: true },
  { action, ...ending }: { reason: string; action: AuditAction; event: EndingEvent },
): Promise<number> {
  const entry = { action, result: "success", userId, sessionId: id } as const;
  return end(ctx, { id, userId, hasEnded, ...ending }, () => once(recordAudit(ctx, entry)));
}

/** The events whose data has the sessions that ended. */
type EndingEvent = Extract<EventType, "user.logged_out" | "session.revoked">;

interface Ending {
  readonly userId: string;
  readonly reason: string;
  readonly event: EndingEvent;
}

/**
 * Ends a user's open sessions, or one of them with those of clients to which the user granted it in that one, and gives their
 * number. A client's session is opened with a lock on the row of the other: one that the first statement does not see, because
 * it waited for that lock, is seen by the second. That one also ends what no session has taken over from a replaced one.
 */
async function end(
  ctx: Context,
  {
    id,
    hasEnded,
    ...ending
  }: Ending & { readonly id?: string; readonly hasEnded?: true | undefined },
  record: (ended: SQL) => Effect,
): Promise<number> {
  const { userId } = ending;
  const isOrCameFrom =
    id === undefined ? undefined : or(eq(sessions.id, id), cameFrom(sql`(${id}::uuid)`));
  const ended = await endThose(ctx, ending, isOrCameFrom, record);
  if (ended === 0 && !hasEnded) return 0;
  const past = sql`(select "past"."id" from ${sessions} as "past" where "past"."user_id" = ${userId} and "past"."ended_at" is not null and "past"."end_reason" in (${ending.reason}, ${replaced}))`;
  const entry = { action: "session.revoked", result: "success", userId } as const;
  return ended + (await endThose(ctx, ending, cameFrom(past), () => once(recordAudit(ctx, entry))));
}

function cameFrom(parents: SQL): SQL {
  return sql`${sessions.parentSessionId} in ${parents}`;
}

async function endThose(
  ctx: Context,
  { userId, reason, event }: Ending,
  which: SQL | undefined,
  record: (ended: SQL) => Effect,
): Promise<number> {
  const query = endingOf(ctx, { owner: eq(users.id, userId), which, reason });
  const rows = await commit(ctx, { query, announce: announceSession }, (session, ended) => [
    record(ended),
    ...notifyClient(session, timeOf(ctx.clock.now())),
    ...recordEvent(ctx, event, {
      user_id: userId,
      session_ids: sql`(select jsonb_agg(${sql.identifier("id")}) from ${ended})`,
    }).map(once),
  ]);
  return rows.length;
}

/** The change that ends the open sessions of a user, or those of them for which `which` holds. */
function endingOf(
  ctx: Context,
  { owner, which, reason }: { owner: SQL; which: SQL | undefined; reason: string },
) {
  const now = ctx.clock.now();
  // The user is locked first, as by every change that ends several sessions: so two of them never deadlock.
  const locked = ctx.db
    .$with("owner")
    .as(ctx.db.select({ ownerId: users.id }).from(users).where(owner).for("no key update"));
  return ctx.db
    .with(locked)
    .update(sessions)
    .set({ endedAt: now, endReason: reason })
    .from(locked)
    .where(and(eq(sessions.userId, locked.ownerId), which, isOpen(now)))
    .returning(endedColumns);
}

function announceSession({ id }: { id: string }): Change {
  return { subject: "session", id };
}
