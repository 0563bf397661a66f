import { and, eq, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { commit } from "../../platform/db/commit.ts";
import type { ReturningQuery } from "../../platform/db/drizzle-internals.ts";
import { type Columns, type Effect, insertRow } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { inSession, rolesOf, type UserRecord, viewUser } from "../roles/index.ts";
import {
  issueAccessToken,
  issueRefreshToken,
  type RefreshTokenFacts,
  type TokenGrantFacts,
  type TokenResponse,
  type TokenSubject,
} from "../tokens/index.ts";
import { isActiveUser, users } from "../users/index.ts";
import { createBrowserToken } from "./browser-session.ts";
import { refreshTokenEnd, firstTokenId, hashTokenId } from "./refresh/refresh-token.ts";
import { sessions } from "./table.ts";

/** The row that allows a session to be opened. */
export interface SessionProof {
  /** The version of the user's credentials at which the session is opened. */
  readonly credentialsVersion: number;
  /** Whether the user's address is not verified yet. */
  readonly isUnverified: boolean;
}

/** A query that gives one row while the proof is good and the user is active, and else none. */
export type SessionProofQuery = ReturningQuery<Record<string, unknown>, SessionProof>;

/** The user for whom a session is opened, and what they proved. */
export interface NewSession {
  readonly userId: string;
  /** Authentication method references (RFC 8176): `pwd`, `otp` … */
  readonly amr: readonly string[];
  /** The version of the user's credentials when they were proven (`users.credentials_version`). */
  readonly credentialsVersion: number;
  /** For a proof that the same statement consumes. By default the user is active and has that version. */
  readonly proof?: SessionProofQuery;
  /** The session's id, where the proof's statement writes it. By default a new one. */
  readonly id?: string;
  /** For a session of a client, in which the user does not prove anything again. */
  readonly client?: ClientSession;
}

/** What a client's session is opened with. */
export interface ClientSession extends TokenGrantFacts {
  /** The session in which the user granted it: it ends with that one. */
  readonly parentSessionId: string;
  /** When the user proved who they are, in the parent. */
  readonly authenticatedAt: Date;
  /** Whether the client gets a refresh token. Without one the session ends with its access token. */
  readonly isRefreshable: boolean;
}

/** An open session and the facts of its first refresh token. */
export interface OpenedSession {
  readonly id: string;
  /** When it ends unless it is refreshed. */
  readonly expiresAt: Date;
  /** When the user last proved who they are. */
  readonly authenticatedAt: Date;
  /** What its client was granted; null for a session of Gatehouse itself. */
  readonly grant: TokenGrantFacts | null;
  readonly refreshToken: RefreshTokenFacts;
}

/**
 * Opens a session, together with `effects`, in one statement. Gives null, with nothing written, when the user was deleted or
 * disabled or their credentials changed before this statement began, or the proof is no longer good. If they change while it
 * runs, the session is void. With the context of a page it is a browser session: the browser gets its cookie, and the session of
 * the cookie that it had ends.
 */
export async function openSession(
  ctx: Context,
  session: NewSession,
  effectsOf: (sessionId: string, proof: Columns<SessionProof>) => readonly Effect[],
): Promise<(OpenedSession & SessionProof) | null> {
  const { settings } = ctx;
  const now = ctx.clock.now();
  const id = session.id ?? ctx.random.id(now);
  const tokenId = firstTokenId(ctx);
  const browserToken = createBrowserToken(ctx);
  const absoluteExpiresAt = addSeconds(now, settings.sessionMaxAgeSeconds);
  const { client } = session;
  const idleSeconds =
    client?.isRefreshable === false
      ? settings.jwtAccessTokenTtlSeconds
      : settings.jwtRefreshTokenTtlSeconds;
  const expiresAt = addSeconds(now, Math.min(idleSeconds, settings.sessionMaxAgeSeconds));
  const authenticatedAt = client?.authenticatedAt ?? now;

  const query = session.proof ?? presentUser(ctx, session);
  const [proof] = await commit(ctx, { query }, (row) => [
    insertRow(sessions, {
      id,
      userId: session.userId,
      credentialsVersion: row.credentialsVersion,
      amr: [...session.amr],
      ipAddress: ctx.origin.ipAddress,
      userAgent: ctx.origin.userAgent,
      refreshTokenHash: hashTokenId(tokenId),
      refreshTokenIssuedAt: now,
      createdAt: now,
      authenticatedAt,
      lastUsedAt: now,
      expiresAt,
      absoluteExpiresAt,
      ...(client ? columnsOfClient(client) : {}),
      browserTokenHash: browserToken?.hash ?? null,
    }),
    ...effectsOf(id, row),
  ]);
  if (!proof) return null;
  await browserToken?.deliver({ id, userId: session.userId });
  const refreshTokenExpiresAt = refreshTokenEnd(ctx, { expiresAt, absoluteExpiresAt });
  return {
    ...proof,
    id,
    expiresAt,
    authenticatedAt,
    grant: client ?? null,
    refreshToken: { tokenId, issuedAt: now, expiresAt: refreshTokenExpiresAt },
  };
}

function columnsOfClient({ clientId, parentSessionId, scopes, resource }: ClientSession) {
  return { clientId, parentSessionId, scopes: [...scopes], resource };
}

function presentUser(ctx: Context, { userId, credentialsVersion }: NewSession) {
  return ctx.db
    .select({
      credentialsVersion: users.credentialsVersion,
      isUnverified: sql<boolean>`${users.emailVerifiedAt} is null`.as("is_unverified"),
    })
    .from(users)
    .where(and(isActiveUser(userId), eq(users.credentialsVersion, credentialsVersion)));
}

/** What the tokens of a session are about. */
export function tokenSubjectOf(
  user: UserRecord,
  session: OpenedSession & { readonly amr: readonly string[] },
): TokenSubject {
  return {
    userId: user.id,
    sessionId: session.id,
    email: user.email,
    emailVerified: user.emailVerifiedAt !== null,
    roles: rolesOf(inSession(user, session.amr)),
    amr: session.amr,
    authenticatedAt: session.authenticatedAt,
    grant: session.grant,
  };
}

/** Signs both tokens of a session of Gatehouse itself: the response to every successful sign-in and refresh. */
export async function tokenResponse(
  ctx: Context,
  user: UserRecord,
  session: OpenedSession & { readonly amr: readonly string[] },
): Promise<TokenResponse> {
  const effective = inSession(user, session.amr);
  const subject = tokenSubjectOf(user, session);
  const [access, refreshToken] = await Promise.all([
    issueAccessToken(ctx, subject, session.expiresAt),
    issueRefreshToken(ctx, subject, session.refreshToken),
  ]);
  return {
    access_token: access.token,
    refresh_token: refreshToken,
    token_type: "bearer",
    expires_in: access.expiresInSeconds,
    user_id: user.id,
    user: viewUser(effective),
  };
}
