import { and, eq, gt, ne, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { changedColumn, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { userColumns, type UserRecord, users } from "../users/index.ts";
import { isLiving } from "./living-session.ts";
import { sessions } from "./table.ts";

/** A session as a refresh finds it, with its user. */
export interface LiveSession {
  readonly id: string;
  readonly amr: readonly string[];
  readonly refreshTokenHash: string;
  readonly refreshTokenIssuedAt: Date;
  readonly expiresAt: Date;
  readonly user: UserRecord;
}

/** A genuine refresh token, as the session's row would know it. */
export interface PresentedToken {
  readonly sessionId: string;
  readonly userId: string;
  readonly presentedHash: string;
}

const returned = {
  sessionId: sql<string>`${sessions.id}`.as("session_id"),
  amr: sessions.amr,
  refreshTokenHash: sessions.refreshTokenHash,
  refreshTokenIssuedAt: sessions.refreshTokenIssuedAt,
  expiresAt: sessions.expiresAt,
  endedAt: sessions.endedAt,
  ...userColumns,
};

/** Puts the successor in the place of the session's living token, if that is the presented one; or null. */
export async function rotate(
  ctx: Context,
  token: PresentedToken & { successorHash: string },
): Promise<LiveSession | null> {
  const now = ctx.clock.now();
  const slidTo = addSeconds(now, ctx.settings.jwtRefreshTokenTtlSeconds);
  return change(ctx, token, now, {
    refreshTokenHash: token.successorHash,
    previousRefreshTokenHash: token.presentedHash,
    refreshTokenIssuedAt: now,
    lastUsedAt: now,
    expiresAt: sql`least(${sql.param(slidTo, sessions.expiresAt)}::timestamptz, ${sessions.absoluteExpiresAt})`,
  });
}

/** Marks the session as used, if the presented token is its living one; or null. */
export function touch(ctx: Context, token: PresentedToken): Promise<LiveSession | null> {
  const now = ctx.clock.now();
  return change(ctx, token, now, { lastUsedAt: now });
}

async function change(
  ctx: Context,
  token: PresentedToken,
  now: Date,
  values: Parameters<ReturnType<Context["db"]["update"]>["set"]>[0],
): Promise<LiveSession | null> {
  const changed = ctx.db.$with("changed").as(
    ctx.db
      .update(sessions)
      .set(values)
      .from(users)
      .where(
        and(belongsToLivingSession(token, now), eq(sessions.refreshTokenHash, token.presentedHash)),
      )
      .returning(returned),
  );
  const [row] = await withEffects(ctx.db, changed, [
    recordAudit(ctx, {
      action: "session.refreshed",
      result: "success",
      userId: changedColumn("id"),
      sessionId: token.sessionId,
      amr: changedColumn("amr"),
    }),
  ])
    .select()
    .from(changed);
  return row ? liveSession(row) : null;
}

/**
 * Decides, in one statement, on a token that is not the living one of its session. The immediate predecessor
 * within the grace leaves the session as it is; any other ends it, and that is recorded. Null: no living session.
 */
export async function endUnlessWithinGrace(
  ctx: Context,
  token: PresentedToken,
): Promise<(LiveSession & { hasEnded: boolean }) | null> {
  const now = ctx.clock.now();
  const graceStart = addSeconds(now, -ctx.settings.refreshTokenGraceSeconds);
  const isWithinGrace = and(
    eq(sessions.previousRefreshTokenHash, token.presentedHash),
    gt(sessions.refreshTokenIssuedAt, graceStart),
  );
  const decided = ctx.db.$with("decided").as(
    ctx.db
      .update(sessions)
      .set({
        endedAt: sql`case when ${isWithinGrace} then null else ${sql.param(now, sessions.endedAt)}::timestamptz end`,
        endReason: sql`case when ${isWithinGrace} then null else 'refresh_reuse' end`,
      })
      .from(users)
      .where(
        and(belongsToLivingSession(token, now), ne(sessions.refreshTokenHash, token.presentedHash)),
      )
      .returning(returned),
  );
  const [row] = await withEffects(ctx.db, decided, [
    recordAudit(
      ctx,
      {
        action: "session.refresh_reuse",
        result: "failure",
        userId: changedColumn("id"),
        sessionId: token.sessionId,
      },
      sql`${changedColumn("ended_at")} is not null`,
    ),
  ])
    .select()
    .from(decided);
  return row ? { ...liveSession(row), hasEnded: row.endedAt !== null } : null;
}

function belongsToLivingSession(token: PresentedToken, now: Date) {
  return and(eq(sessions.id, token.sessionId), eq(sessions.userId, token.userId), isLiving(now));
}

function liveSession(
  row: Omit<LiveSession, "user" | "id"> & UserRecord & { sessionId: string },
): LiveSession {
  const { sessionId, amr, refreshTokenHash, refreshTokenIssuedAt, expiresAt, ...user } = row;
  return { id: sessionId, amr, refreshTokenHash, refreshTokenIssuedAt, expiresAt, user };
}
