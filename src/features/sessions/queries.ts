import { and, eq, gt, isNull, lte, or, type SQL, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { deleteBatch } from "../../platform/db/delete-batch.ts";
import type { Db } from "../../platform/db/port.ts";
import type { QueryValue } from "../../platform/db/prepared-query.ts";
import { isActive, users } from "../users/index.ts";
import { sessions } from "./table.ts";

/** For this time after a proof of who the user is, their session is taken as proof that they are present. */
const freshSeconds = 10 * 60;

/** The same for a sensitive call that has no proof of its own. */
const recentSeconds = 3600;

/** For this time a session is kept after it ended or expired, so that it can be looked up. */
const keptSeconds = 30 * 86_400;

/**
 * Whether a session has not ended, and is within its idle and its absolute lifetime. Says nothing about its user: a statement
 * that waited for a change of the user would compare the session as it is afterwards with the user as they were before.
 */
export function isOpen(now: QueryValue<Date>): SQL | undefined {
  return and(
    isNull(sessions.endedAt),
    gt(sessions.expiresAt, now),
    gt(sessions.absoluteExpiresAt, now),
  );
}

/**
 * In a statement on `sessions` and `users`: whether they belong together and the session is active now: it is open, and its user
 * is active and has the credentials with which it was opened.
 */
export function isActiveSession(now: QueryValue<Date>): SQL | undefined {
  return and(
    eq(users.id, sessions.userId),
    eq(users.credentialsVersion, sessions.credentialsVersion),
    isActive,
    isOpen(now),
  );
}

/** In a statement on `users`: whether the user may sign in as the settings are now, since they may have changed since then. */
export function meetsSignInSettings(requireEmailVerification: QueryValue<boolean>): SQL {
  return sql`(${users.emailVerifiedAt} is not null or not ${requireEmailVerification}::boolean)`;
}

/**
 * In a statement on `sessions` alone: the version of the user's credentials, if the session's user is active and `which` holds. It
 * is a subquery, so that the session is found first and then its user.
 */
export function presentCredentialsVersion(which: SQL): SQL {
  return sql`(select ${users.credentialsVersion} from ${users}
    where ${users.id} = ${sessions.userId} and ${isActive} and ${which})`;
}

/** Whether the user of a session signed in or reauthenticated within the last ten minutes. A refresh does not extend that time. */
export function isFreshSession(sessionId: string, now: Date): SQL<boolean> {
  return isAuthenticatedSince(sessionId, addSeconds(now, -freshSeconds));
}

/** The same within the last hour. */
export function isRecentSession(sessionId: string, now: Date): SQL<boolean> {
  return isAuthenticatedSince(sessionId, addSeconds(now, -recentSeconds));
}

function isAuthenticatedSince(sessionId: string, time: Date): SQL<boolean> {
  const since = sql.param(time, sessions.authenticatedAt);
  return sql`exists (
    select from ${sessions} where ${sessions.id} = ${sessionId} and ${sessions.authenticatedAt} > ${since}::timestamptz)`;
}

/** Deletes a batch of sessions that ended or expired 30 days ago. */
export function deleteExpiredSessions(db: Db, now: Date): Promise<number> {
  const before = addSeconds(now, -keptSeconds);
  return deleteBatch(db, sessions, {
    since: sessions.createdAt,
    before,
    which: or(
      lte(sessions.endedAt, before),
      lte(sessions.expiresAt, before),
      lte(sessions.absoluteExpiresAt, before),
    ),
  });
}
