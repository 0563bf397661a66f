import { and, eq, gt, isNull, type SQL } from "drizzle-orm";

import { isActive, users } from "../users/index.ts";
import { sessions } from "./table.ts";

/**
 * In a statement on `sessions` and `users`: whether they belong together and the session goes on at this moment. It has not
 * ended, is within its idle and its absolute lifetime, and its user is active and has the credentials that it was opened with.
 */
export function isLiving(now: Date): SQL | undefined {
  return and(
    eq(users.id, sessions.userId),
    eq(users.credentialsVersion, sessions.credentialsVersion),
    isActive,
    isNull(sessions.endedAt),
    gt(sessions.expiresAt, now),
    gt(sessions.absoluteExpiresAt, now),
  );
}
