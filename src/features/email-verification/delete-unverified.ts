import { and, eq, isNull, lte, notExists, type SQL, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { commit } from "../../platform/db/commit.ts";
import { batchSize } from "../../platform/db/delete-batch.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { identities } from "../identities/index.ts";
import { posts } from "../posts/index.ts";
import { userRoles } from "../roles/index.ts";
import { sessions } from "../sessions/index.ts";
import { knownDevices } from "../sign-in/index.ts";
import { isActive, users } from "../users/index.ts";

const action = "user.deleted";

/**
 * Deletes up to a batch of the accounts whose address was never verified within `UNVERIFIED_RETENTION`, with everything of theirs,
 * and gives their number: address and username are free. Kept are accounts that were ever signed in to, which is possible while
 * `REQUIRE_EMAIL_VERIFICATION` is off, those that were changed within that time, disabled ones, those with an identity, and
 * those to which an administrator assigned a role. A stop is honoured between two accounts.
 */
export async function deleteUnverifiedAccounts(
  ctx: Context,
  stopping?: AbortSignal,
): Promise<number> {
  const before = addSeconds(ctx.clock.now(), -ctx.settings.unverifiedRetentionSeconds);
  const due = await ctx.db
    .select({ id: users.id, email: users.email })
    .from(users)
    .where(isAbandoned(ctx, before))
    .orderBy(users.createdAt)
    .limit(batchSize);
  let deleted = 0;
  for (const { id, email } of due) {
    if (stopping?.aborted) break;
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
  const tables = [sessions, knownDevices, identities, posts, userRoles];
  return and(
    isNull(users.emailVerifiedAt),
    isActive,
    lte(users.createdAt, before),
    lte(users.updatedAt, before),
    ...tables.map((table) =>
      notExists(db.select(one).from(table).where(eq(table.userId, users.id))),
    ),
  );
}
