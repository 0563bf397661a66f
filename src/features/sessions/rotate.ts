import { and, eq, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { batchedStatement, type GivenRows } from "../../platform/db/batched-statement.ts";
import type { ValuesOf } from "../../platform/db/hot-statement.ts";
import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";
import { isLiving } from "./living-session.ts";
import { recordRefreshOf } from "./record-refresh.ts";
import { type LiveSession, liveSession, returnedSession } from "./refreshed-session.ts";
import type { PresentedToken } from "./rotation-queries.ts";
import { sessions } from "./table.ts";

interface Rotation extends PresentedToken {
  readonly ctx: Context;
  readonly now: Date;
  readonly successorHash: string;
}

/** Puts the successor in the place of the session's living token, if that is the presented one; or null. */
export async function rotate(
  ctx: Context,
  token: PresentedToken & { successorHash: string },
): Promise<LiveSession | null> {
  const row = await rotation(ctx, { ...token, ctx, now: ctx.clock.now() });
  return row && liveSession(row);
}

const rotation = batchedStatement(
  ({ sessionId }: Rotation) => sessionId,
  (db, given: GivenRows<Rotation>) => {
    const now = sql<Date>`${given.value((sent) => sent.now)}::timestamptz`;
    const slidTo = given.value((sent) =>
      addSeconds(sent.now, sent.ctx.settings.jwtRefreshTokenTtlSeconds),
    );
    const presentedHash = given.value((sent) => sent.presentedHash);
    const rotated = db.$with("rotated").as(
      db
        .update(sessions)
        .set({
          refreshTokenHash: given.value((sent) => sent.successorHash),
          previousRefreshTokenHash: presentedHash,
          refreshTokenIssuedAt: now,
          lastUsedAt: now,
          expiresAt: sql`least(${slidTo}::timestamptz, ${sessions.absoluteExpiresAt})`,
        })
        .from(given.rows)
        .innerJoin(users, sql`true`)
        .where(
          and(
            sql`${sessions.id} = ${given.value((sent) => sent.sessionId)}::uuid`,
            // As text, or the planner might look through all sessions that the user has.
            sql`${sessions.userId}::text = ${given.value((sent) => sent.userId)}`,
            eq(sessions.refreshTokenHash, presentedHash),
            isLiving(now),
          ),
        )
        .returning({ ...returnedSession, ...given.columns }),
    );
    const contexts: ValuesOf<Context> = (read) => given.value((sent) => read(sent.ctx));
    return withEffects(db, rotated, [recordRefreshOf(contexts)])
      .select({
        place: rotated.place,
        sessionId: rotated.sessionId,
        amr: rotated.amr,
        refreshTokenHash: rotated.refreshTokenHash,
        refreshTokenIssuedAt: rotated.refreshTokenIssuedAt,
        expiresAt: rotated.expiresAt,
        id: rotated.id,
        email: rotated.email,
        username: rotated.username,
        name: rotated.name,
        emailVerifiedAt: rotated.emailVerifiedAt,
        roles: rotated.roles,
      })
      .from(rotated);
  },
);
