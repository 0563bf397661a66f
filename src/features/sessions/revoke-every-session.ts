import { and, asc, gt } from "drizzle-orm";

import type { Context } from "../../platform/platform.ts";
import { revokeAllSessions } from "./end-sessions.ts";
import { isOpen } from "./queries.ts";
import { sessions } from "./table.ts";

const batchSize = 500;

/**
 * Ends every open session of every user, one user after the other, and gives the number of ended sessions after each user. A session
 * that is opened meanwhile may go on. Each user may sign in again, and has an entry in the audit log.
 */
export async function* revokeEverySession(ctx: Context): AsyncGenerator<number> {
  for (let after: string | null = null; ;) {
    const batch: { userId: string }[] = await selectOwners(ctx, after);
    for (const { userId } of batch) yield await revokeAllSessions(ctx, userId);
    after = batch.at(-1)?.userId ?? null;
    if (after === null) return;
  }
}

/** The users who have open sessions, in the order of their ids. */
function selectOwners({ db, clock }: Context, after: string | null) {
  return db
    .select({ userId: sessions.userId })
    .from(sessions)
    .where(and(isOpen(clock.now()), after === null ? undefined : gt(sessions.userId, after)))
    .groupBy(sessions.userId)
    .orderBy(asc(sessions.userId))
    .limit(batchSize);
}
