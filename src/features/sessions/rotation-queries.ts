import { and, eq, gt, ne, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { hotStatement, type Stated, type ValuesOf } from "../../platform/db/hot-statement.ts";
import type { Db } from "../../platform/db/port.ts";
import { changedColumn, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAuditOf } from "../audit/index.ts";
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
  readonly absoluteExpiresAt: Date;
  readonly user: UserRecord;
}

/** A genuine refresh token, as the session's row would know it. */
export interface PresentedToken {
  readonly sessionId: string;
  readonly userId: string;
  readonly presentedHash: string;
}

/** What the statements are sent with. */
interface Presentation extends PresentedToken {
  readonly ctx: Context;
  readonly now: Date;
}

const returned = {
  sessionId: sql<string>`${sessions.id}`.as("session_id"),
  amr: sessions.amr,
  refreshTokenHash: sessions.refreshTokenHash,
  refreshTokenIssuedAt: sessions.refreshTokenIssuedAt,
  expiresAt: sessions.expiresAt,
  absoluteExpiresAt: sessions.absoluteExpiresAt,
  endedAt: sessions.endedAt,
  ...userColumns,
};

/** Puts the successor in the place of the session's living token, if that is the presented one; or null. */
export async function rotate(
  ctx: Context,
  token: PresentedToken & { successorHash: string },
): Promise<LiveSession | null> {
  const [row] = await rotation(ctx.db, { ...token, ctx, now: ctx.clock.now() });
  return row ? liveSession(row) : null;
}

const rotation = hotStatement(
  (db, given: ValuesOf<Presentation & { readonly successorHash: string }>) => {
    const { token, now } = leftOpen(given);
    return change(db, given, {
      refreshTokenHash: sql`${given((sent) => sent.successorHash)}`,
      previousRefreshTokenHash: sql`${token.presentedHash}`,
      refreshTokenIssuedAt: sql`${now}`,
    });
  },
);

/** Leaves the session its living token, if that is the presented one; or gives null. */
export async function touch(ctx: Context, token: PresentedToken): Promise<LiveSession | null> {
  const [row] = await use(ctx.db, { ...token, ctx, now: ctx.clock.now() });
  return row ? liveSession(row) : null;
}

const use = hotStatement((db, given: ValuesOf<Presentation>) => change(db, given, {}));

/** Starts the idle time of the presented token's session anew, and changes what else is given. */
function change(
  db: Db,
  given: ValuesOf<Presentation>,
  values: Parameters<ReturnType<Db["update"]>["set"]>[0],
) {
  const { token, now, contexts } = leftOpen(given);
  const slidTo = given((sent) => addSeconds(sent.now, sent.ctx.settings.jwtRefreshTokenTtlSeconds));
  const changed = db.$with("changed").as(
    db
      .update(sessions)
      .set({
        ...values,
        lastUsedAt: sql`${now}`,
        expiresAt: sql`least(${slidTo}::timestamptz, ${sessions.absoluteExpiresAt})`,
      })
      .from(users)
      .where(
        and(belongsToLivingSession(token, now), eq(sessions.refreshTokenHash, token.presentedHash)),
      )
      .returning(returned),
  );
  return withEffects(db, changed, [
    recordAuditOf(contexts, {
      action: "session.refreshed",
      result: "success",
      userId: changedColumn("id"),
      sessionId: token.sessionId,
      amr: changedColumn("amr"),
    }),
  ])
    .select()
    .from(changed);
}

/**
 * Decides, in one statement, on a token that is not the living one of its session. The immediate predecessor
 * within the grace leaves the session as it is; any other ends it, and that is recorded. Null: no living session.
 */
export async function endUnlessWithinGrace(
  ctx: Context,
  token: PresentedToken,
): Promise<(LiveSession & { hasEnded: boolean }) | null> {
  const [row] = await decision(ctx.db, { ...token, ctx, now: ctx.clock.now() });
  return row ? { ...liveSession(row), hasEnded: row.endedAt !== null } : null;
}

const decision = hotStatement((db, given: ValuesOf<Presentation>) => {
  const { token, now, contexts } = leftOpen(given);
  const graceStart = given((sent) =>
    addSeconds(sent.now, -sent.ctx.settings.refreshTokenGraceSeconds),
  );
  const isWithinGrace = and(
    eq(sessions.previousRefreshTokenHash, token.presentedHash),
    gt(sessions.refreshTokenIssuedAt, graceStart),
  );
  const decided = db.$with("decided").as(
    db
      .update(sessions)
      .set({
        endedAt: sql`case when ${isWithinGrace} then null else ${now}::timestamptz end`,
        endReason: sql`case when ${isWithinGrace} then null else 'refresh_reuse' end`,
      })
      .from(users)
      .where(
        and(belongsToLivingSession(token, now), ne(sessions.refreshTokenHash, token.presentedHash)),
      )
      .returning(returned),
  );
  return withEffects(db, decided, [
    recordAuditOf(
      contexts,
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
});

/** What every statement is sent with, left open in it. */
function leftOpen(given: ValuesOf<Presentation>) {
  const contexts: ValuesOf<Context> = (read) => given((sent) => read(sent.ctx));
  const token = {
    sessionId: given((sent) => sent.sessionId),
    userId: given((sent) => sent.userId),
    presentedHash: given((sent) => sent.presentedHash),
  };
  return { token, now: given((sent) => sent.now), contexts };
}

function belongsToLivingSession(
  token: { readonly [Name in keyof PresentedToken]: Stated<string> },
  now: Stated<Date>,
) {
  return and(eq(sessions.id, token.sessionId), eq(sessions.userId, token.userId), isLiving(now));
}

function liveSession(
  row: Omit<LiveSession, "user" | "id"> & UserRecord & { sessionId: string },
): LiveSession {
  const { sessionId, amr, refreshTokenHash, refreshTokenIssuedAt, ...rest } = row;
  const { expiresAt, absoluteExpiresAt, ...user } = rest;
  const times = { refreshTokenIssuedAt, expiresAt, absoluteExpiresAt };
  return { id: sessionId, amr, refreshTokenHash, ...times, user };
}
