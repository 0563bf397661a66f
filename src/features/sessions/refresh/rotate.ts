import { and, eq, sql } from "drizzle-orm";

import { addSeconds } from "../../../kernel/clock.ts";
import { coalescedQuery, type InputRows } from "../../../platform/db/coalesced-query.ts";
import type { ParameterSource } from "../../../platform/db/prepared-query.ts";
import { composeCommit } from "../../../platform/db/commit.ts";
import type { Context } from "../../../platform/platform.ts";
import { userColumns } from "../../roles/index.ts";
import { users } from "../../users/index.ts";
import { isOpen, meetsSignInSettings, presentCredentialsVersion } from "../queries.ts";
import {
  grantColumns,
  recordRefreshOf,
  type RefreshedSession,
  toRefreshedSession,
} from "./refreshed-session.ts";
import type { PresentedToken } from "./keep-or-end.ts";
import { sessions } from "../table.ts";

interface Rotation extends PresentedToken {
  readonly ctx: Context;
  readonly now: Date;
  readonly successorHash: string;
}

/** Replaces the session's current refresh token with the successor, if it is the presented one; else null. */
export async function rotate(
  ctx: Context,
  token: PresentedToken & { successorHash: string },
): Promise<RefreshedSession | null> {
  const row = await rotation(ctx, { ...token, ctx, now: ctx.clock.now() });
  if (row === null) return null;
  // The last check before tokens are signed for the session.
  const isSame =
    row.sessionId === token.sessionId &&
    row.id === token.userId &&
    row.refreshTokenHash === token.successorHash;
  if (!isSame) throw new Error("a rotation returned another session");
  return toRefreshedSession(row);
}

const rotation = coalescedQuery((db, inputs: InputRows<Rotation>) => {
  const now = inputs.column("timestamptz", (sent) => sent.now);
  const slidTo = inputs.column("timestamptz", (sent) =>
    addSeconds(sent.now, sent.ctx.settings.jwtRefreshTokenTtlSeconds),
  );
  const sessionId = inputs.column("uuid", (sent) => sent.sessionId);
  const presentedHash = inputs.column("text", (sent) => sent.presentedHash);
  const required = inputs.column("boolean", (sent) => sent.ctx.settings.requireEmailVerification);
  // Only the batch leads to a session, so that it is looked up by its key, also by a plan that was made while the table was
  // small.
  const query = db
    .update(sessions)
    .set({
      refreshTokenHash: inputs.column("text", (sent) => sent.successorHash),
      previousRefreshTokenHash: presentedHash,
      refreshTokenIssuedAt: now,
      lastUsedAt: now,
      expiresAt: sql`least(${slidTo}, ${sessions.absoluteExpiresAt})`,
    })
    .from(inputs.rowsOf(sessions, sessionId))
    .where(
      and(
        eq(sessions.id, sessionId),
        sql`${sessions.userId}::text = ${inputs.column("text", (sent) => sent.userId)}`,
        eq(sessions.refreshTokenHash, presentedHash),
        sql`${sessions.clientId} is not distinct from ${inputs.column("text", (sent) => sent.clientId)}`,
        isOpen(now),
        eq(sessions.credentialsVersion, presentCredentialsVersion(meetsSignInSettings(required))),
      ),
    )
    .returning({
      ...inputs.columns,
      sessionId: sql<string>`${sessions.id}`.as("session_id"),
      userId: sessions.userId,
      amr: sessions.amr,
      refreshTokenHash: sessions.refreshTokenHash,
      refreshTokenIssuedAt: sessions.refreshTokenIssuedAt,
      expiresAt: sessions.expiresAt,
      absoluteExpiresAt: sessions.absoluteExpiresAt,
      authenticatedAt: sessions.authenticatedAt,
      ...grantColumns,
    });
  const contexts: ParameterSource<Context> = (read) => inputs.value((sent) => read(sent.ctx));
  const { statement, rows: rotated } = composeCommit(
    db,
    { query },
    ({ sessionId, userId, amr }) => [recordRefreshOf(contexts, { sessionId, userId, amr })],
  );
  return statement
    .select({
      place: rotated.place,
      sessionId: rotated.sessionId,
      amr: rotated.amr,
      refreshTokenHash: rotated.refreshTokenHash,
      refreshTokenIssuedAt: rotated.refreshTokenIssuedAt,
      expiresAt: rotated.expiresAt,
      absoluteExpiresAt: rotated.absoluteExpiresAt,
      authenticatedAt: rotated.authenticatedAt,
      clientId: rotated.clientId,
      scopes: rotated.scopes,
      resource: rotated.resource,
      ...userColumns,
    })
    .from(rotated)
    .innerJoin(users, eq(users.id, rotated.userId));
});
