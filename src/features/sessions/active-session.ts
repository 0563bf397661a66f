import { and, eq, gt, isNull, type SQL, sql } from "drizzle-orm";

import type { QueryValue } from "../../platform/db/prepared-query.ts";
import { isActive, users } from "../users/index.ts";
import { sessions } from "./table.ts";

/**
 * Whether a session has not ended, and is within its idle and its absolute lifetime. Says nothing of its user: a statement
 * that waited for a change of hers would compare the session as it is afterwards with the user as she was before.
 */
export function isOpen(now: QueryValue<Date>): SQL | undefined {
  return and(
    isNull(sessions.endedAt),
    gt(sessions.expiresAt, now),
    gt(sessions.absoluteExpiresAt, now),
  );
}

/**
 * In a statement on `sessions` and `users`: whether they belong together and the session goes on at this moment: it is
 * open, and its user is active and has the credentials that it was opened with.
 */
export function isActiveSession(now: QueryValue<Date>): SQL | undefined {
  return and(
    eq(users.id, sessions.userId),
    eq(users.credentialsVersion, sessions.credentialsVersion),
    isActive,
    isOpen(now),
  );
}

/**
 * In a statement on `sessions` alone: what the version of her credentials must be, if the session's user is active. As a
 * subquery, so that the session is found first and then its user.
 */
export const presentCredentialsVersion = sql`(select ${users.credentialsVersion} from ${users}
  where ${users.id} = ${sessions.userId} and ${isActive})`;
