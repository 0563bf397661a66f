import { sql } from "drizzle-orm";

import type { Columns, Effect } from "../../../platform/db/effects.ts";
import type { ParameterSource } from "../../../platform/db/prepared-query.ts";
import type { Context } from "../../../platform/platform.ts";
import { recordAuditOf } from "../../audit/index.ts";
import { userColumns, type UserRecord } from "../../roles/index.ts";
import type { TokenGrantFacts } from "../../tokens/index.ts";
import { sessions } from "../table.ts";

/** A session after a refresh, with its user. */
export interface RefreshedSession {
  readonly id: string;
  readonly amr: readonly string[];
  readonly refreshTokenHash: string;
  readonly refreshTokenIssuedAt: Date;
  readonly expiresAt: Date;
  readonly absoluteExpiresAt: Date;
  readonly authenticatedAt: Date;
  /** What its client was granted; null for a session of Gatehouse itself. */
  readonly grant: TokenGrantFacts | null;
  readonly user: UserRecord;
}

/** The columns that say what a session's client was granted. */
export const grantColumns = {
  clientId: sessions.clientId,
  scopes: sessions.scopes,
  resource: sessions.resource,
};

/** The columns from which `toRefreshedSession` makes a session, for a statement on `sessions` and `users`. */
export const returnedSession = {
  sessionId: sql<string>`${sessions.id}`.as("session_id"),
  amr: sessions.amr,
  refreshTokenHash: sessions.refreshTokenHash,
  refreshTokenIssuedAt: sessions.refreshTokenIssuedAt,
  expiresAt: sessions.expiresAt,
  absoluteExpiresAt: sessions.absoluteExpiresAt,
  authenticatedAt: sessions.authenticatedAt,
  endedAt: sessions.endedAt,
  ...grantColumns,
  ...userColumns,
};

/** The session of a row with these columns. */
export function toRefreshedSession(
  row: Omit<RefreshedSession, "user" | "id" | "grant"> &
    UserRecord & { sessionId: string } & GrantOfRow,
): RefreshedSession {
  const { sessionId, amr, refreshTokenHash, refreshTokenIssuedAt, ...rest } = row;
  const { expiresAt, absoluteExpiresAt, authenticatedAt, clientId, scopes, resource, ...user } =
    rest;
  const times = { refreshTokenIssuedAt, expiresAt, absoluteExpiresAt, authenticatedAt };
  const grant = clientId === null ? null : { clientId, scopes: scopes ?? [], resource };
  return { id: sessionId, amr, refreshTokenHash, ...times, grant, user };
}

interface GrantOfRow {
  readonly clientId: string | null;
  readonly scopes: readonly string[] | null;
  readonly resource: string | null;
}

/** The effect of recording a refresh of a session. */
export function recordRefreshOf(
  contexts: ParameterSource<Context>,
  session: Columns<{ sessionId: string; userId: string; amr: readonly string[] }>,
): Effect {
  return recordAuditOf(contexts, {
    action: "session.refreshed",
    result: "success",
    ...session,
  });
}
