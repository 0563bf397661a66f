import { and, eq, gt, isNull, lte, notExists, type SQL, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { commit } from "../../platform/db/commit.ts";
import { batchSize } from "../../platform/db/delete-batch.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { userRoles } from "../roles/index.ts";
import { sessions } from "../sessions/index.ts";
import { isActive, users } from "../users/index.ts";

const action = "user.deleted";

/**
 * Deletes up to a batch of the accounts whose address was never verified within `UNVERIFIED_RETENTION`, with everything of theirs,
 * and gives their number: address and username are free. Kept are accounts that were used or changed within that time, disabled
 * ones, and those to which an administrator assigned a role.
 */
export async function deleteUnverifiedAccounts(ctx: Context): Promise<number> {
  const before = addSeconds(ctx.clock.now(), -ctx.settings.unverifiedRetentionSeconds);
  const due = await ctx.db
    .select({ id: users.id, email: users.email })
    .from(users)
    .where(isAbandoned(ctx, before))
    .orderBy(users.createdAt)
    .limit(batchSize);
  let deleted = 0;
  for (const { id, email } of due) {
    // The address may have been verified since.
    const query = ctx.db
      .delete(users)
      .where(and(eq(users.id, id), isAbandoned(ctx, before)))
      .returning({ id: users.id });
    const announce = () => ({ subject: "user", id }) as const;
    const rows = await commit(ctx, { query, announce }, () => [
      recordAudit(ctx, {
        action,
        result: "success",
        userId: id,
        detail: { reason: "never_verified" },
      }),
      ...recordEvent(ctx, action, { user_id: id, email }),
    ]);
    deleted += rows.length;
  }
  return deleted;
}

function isAbandoned({ db }: Context, before: Date): SQL | undefined {
  const one = { one: sql`1` };
  const ofUser = eq(sessions.userId, users.id);
  return and(
    isNull(users.emailVerifiedAt),
    isActive,
    lte(users.createdAt, before),
    lte(users.updatedAt, before),
    notExists(
      db
        .select(one)
        .from(sessions)
        .where(and(ofUser, gt(sessions.lastUsedAt, before))),
    ),
    notExists(db.select(one).from(userRoles).where(eq(userRoles.userId, users.id))),
  );
}
