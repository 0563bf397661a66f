import { and, gt, isNull, type SQL } from "drizzle-orm";

import type { Stated } from "../../platform/db/hot-statement.ts";
import { sessions } from "./table.ts";

/** Whether a session goes on at this moment: not ended, and within its idle and its absolute lifetime. */
export function isLiving(now: Stated<Date>): SQL | undefined {
  return and(
    isNull(sessions.endedAt),
    gt(sessions.expiresAt, now),
    gt(sessions.absoluteExpiresAt, now),
  );
}
