import { sql } from "drizzle-orm";

import { userColumns, type UserRecord } from "../../roles/index.ts";
import { sessions } from "../table.ts";

/** A session as a refresh finds it, with its user. */
export interface RefreshedSession {
  readonly id: string;
  readonly amr: readonly string[];
  readonly refreshTokenHash: string;
  readonly refreshTokenIssuedAt: Date;
  readonly expiresAt: Date;
  readonly absoluteExpiresAt: Date;
  readonly user: UserRecord;
}

/** What a statement on `sessions` and `users` returns to be made a `RefreshedSession` of. */
export const returnedSession = {
  sessionId: sql<string>`${sessions.id}`.as("session_id"),
  amr: sessions.amr,
  refreshTokenHash: sessions.refreshTokenHash,
  refreshTokenIssuedAt: sessions.refreshTokenIssuedAt,
  expiresAt: sessions.expiresAt,
  absoluteExpiresAt: sessions.absoluteExpiresAt,
  endedAt: sessions.endedAt,
  ...userColumns,
};

/** The session that a row is. */
export function toRefreshedSession(
  row: Omit<RefreshedSession, "user" | "id"> & UserRecord & { sessionId: string },
): RefreshedSession {
  const { sessionId, amr, refreshTokenHash, refreshTokenIssuedAt, ...rest } = row;
  const { expiresAt, absoluteExpiresAt, ...user } = rest;
  const times = { refreshTokenIssuedAt, expiresAt, absoluteExpiresAt };
  return { id: sessionId, amr, refreshTokenHash, ...times, user };
}
