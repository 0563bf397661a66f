import { and, eq, sql, type WithSubquery } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import {
  changedColumn,
  type Effect,
  type FollowedEffect,
  insertRow,
  withEffects,
} from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import type { RefreshTokenFacts } from "../tokens/index.ts";
import { isActive, users } from "../users/index.ts";
import { refreshTokenEnd } from "./refresh/refresh-token-end.ts";
import { firstTokenId, hashTokenId } from "./refresh/refresh-token-chain.ts";
import { sessions } from "./table.ts";

/** For whom a session is opened, and what she proved. */
export interface NewSession {
  readonly userId: string;
  /** Authentication method references (RFC 8176): `pwd`, `otp` … */
  readonly amr: readonly string[];
  /** Hers when she proved who she is (`users.credentials_version`). */
  readonly credentialsVersion: number;
  /**
   * For a proof that the session's statement uses up: named `proof`, one row while it is good, whose `credentials_version`
   * is the session's. It sees to it that the user lives and has hers.
   */
  readonly proof?: WithSubquery;
}

/** An open session and the facts of its first refresh token. */
export interface OpenedSession {
  readonly id: string;
  /** When it ends unless it is refreshed. */
  readonly expiresAt: Date;
  readonly refreshToken: RefreshTokenFacts;
}

/**
 * Opens a session, together with `effects`, in one statement; or gives null, with nothing written, when the user was
 * deleted or her credentials changed before this statement began, or the proof is no longer good. If they change while it
 * runs, the session is void.
 */
export async function openSession(
  ctx: Context,
  session: NewSession,
  effectsOf: (sessionId: string) => readonly (Effect | FollowedEffect)[],
): Promise<OpenedSession | null> {
  const { settings } = ctx;
  const now = ctx.clock.now();
  const id = ctx.random.id(now);
  const tokenId = firstTokenId(ctx);
  const absoluteExpiresAt = addSeconds(now, settings.sessionMaxAgeSeconds);
  const expiresAt = addSeconds(
    now,
    Math.min(settings.jwtRefreshTokenTtlSeconds, settings.sessionMaxAgeSeconds),
  );

  const proof = session.proof ?? presentUser(ctx, session);
  const insert = insertRow(sessions, {
    id,
    userId: session.userId,
    credentialsVersion: changedColumn("credentials_version"),
    amr: [...session.amr],
    ipAddress: ctx.origin.ipAddress,
    userAgent: ctx.origin.userAgent,
    refreshTokenHash: hashTokenId(tokenId),
    refreshTokenIssuedAt: now,
    createdAt: now,
    lastUsedAt: now,
    expiresAt,
    absoluteExpiresAt,
  });
  const opened = ctx.db
    .$with("opened", { id: sessions.id })
    .as(sql`${insert(sql`"proof"`)} returning ${sessions.id}`);
  const [row] = await withEffects(ctx.db, opened, effectsOf(id), [proof]).select().from(opened);
  if (!row) return null;
  const refreshTokenExpiresAt = refreshTokenEnd(ctx, { expiresAt, absoluteExpiresAt });
  return {
    id,
    expiresAt,
    refreshToken: { tokenId, issuedAt: now, expiresAt: refreshTokenExpiresAt },
  };
}

function presentUser(ctx: Context, { userId, credentialsVersion }: NewSession) {
  return ctx.db.$with("proof").as(
    ctx.db
      .select({ credentialsVersion: users.credentialsVersion })
      .from(users)
      .where(and(eq(users.id, userId), isActive, eq(users.credentialsVersion, credentialsVersion))),
  );
}
