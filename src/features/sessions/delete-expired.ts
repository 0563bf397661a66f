import { lte, or } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { deleteBatch } from "../../platform/db/delete-batch.ts";
import type { Db } from "../../platform/db/port.ts";
import { sessions } from "./table.ts";

/** For so long a session that is over can be looked into. */
const keptSeconds = 30 * 86_400;

/** Deletes a batch of sessions that ended or expired long ago. */
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
