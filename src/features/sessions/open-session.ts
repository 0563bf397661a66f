import { and, eq, isNull, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { insertRow, withEffects, type Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import type { RefreshTokenFacts } from "../tokens/index.ts";
import { users } from "../users/index.ts";
import { firstTokenId, hashTokenId } from "./refresh-token-chain.ts";
import { sessions } from "./table.ts";

/** For whom a session is opened, and what she proved. */
export interface NewSession {
  readonly userId: string;
  /** Authentication method references (RFC 8176): `pwd`, `otp` … */
  readonly amr: readonly string[];
  /** Where a password was the proof: the hash it was verified against, which must still be hers. */
  readonly passwordHash?: string;
}

/** An open session and the facts of its first refresh token. */
export interface OpenedSession {
  readonly id: string;
  readonly refreshToken: RefreshTokenFacts;
}

/**
 * Opens a session, together with `effects`, in one statement; or gives null, with nothing written, when the user was
 * deleted or her password changed before this statement began.
 */
export async function openSession(
  ctx: Context,
  session: NewSession,
  effectsOf: (sessionId: string) => readonly Effect[],
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

  const insert = insertRow(
    sessions,
    {
      id,
      userId: session.userId,
      amr: [...session.amr],
      ipAddress: ctx.origin.ipAddress,
      userAgent: ctx.origin.userAgent,
      refreshTokenHash: hashTokenId(tokenId),
      refreshTokenIssuedAt: now,
      createdAt: now,
      lastUsedAt: now,
      expiresAt,
      absoluteExpiresAt,
    },
    and(
      eq(users.id, session.userId),
      isNull(users.deletedAt),
      session.passwordHash === undefined ? undefined : eq(users.passwordHash, session.passwordHash),
    ),
  );
  const opened = ctx.db
    .$with("opened", { id: sessions.id })
    .as(sql`${insert(sql`${users}`)} returning ${sessions.id}`);
  const [row] = await withEffects(ctx.db, opened, effectsOf(id)).select().from(opened);
  if (!row) return null;
  return { id, refreshToken: { tokenId, issuedAt: now, expiresAt } };
}
