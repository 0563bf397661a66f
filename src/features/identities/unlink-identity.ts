import { and, eq, inArray, isNotNull, ne, or, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";
import { commit } from "../../platform/db/commit.ts";
import { jsonObject } from "../../platform/db/json-object.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { isActive, users } from "../users/index.ts";
import { isUsable } from "./queries.ts";
import { identities } from "./table.ts";

const action = "user.identity_unlinked";

/**
 * Unlinks an identity of the signed-in user and deletes its kept tokens. Throws `NOT_FOUND` (the user has no such identity),
 * `CONFLICT` (the account has neither a password nor another identity; of racing requests one gets it).
 */
export async function unlinkIdentity(ctx: Context<UserActor>, id: string): Promise<void> {
  const { userId } = ctx.actor;
  await recordRefusal(ctx, { action, userId, detail: {} }, async () => {
    if (!isUuid(id)) throw identityNotFound();
    const rows = await commit(ctx, deletionOf(ctx, userId, id), ({ provider }) => [
      recordAudit(ctx, { action, result: "success", userId, detail: jsonObject({ provider }) }),
      ...recordEvent(ctx, action, { user_id: userId, provider }),
    ]);
    if (rows.length > 0) return;
    const isOwn = and(eq(identities.id, id), eq(identities.userId, userId));
    const [remaining] = await ctx.db.select({ id: identities.id }).from(identities).where(isOwn);
    if (!remaining) throw identityNotFound();
    throw new AppError(
      "CONFLICT",
      "This is the only way to sign in to the account. Set a password first.",
    );
  });
}

function deletionOf({ db }: Context, userId: string, id: string) {
  const owner = db.$with("owner").as(
    db
      .select({ id: users.id, passwordHash: users.passwordHash })
      .from(users)
      .where(and(eq(users.id, userId), isActive))
      .for("no key update"),
  );
  // Locked after the user: one that a statement before this has deleted is visible to this one, but is not locked.
  const others = db.$with("others").as(
    db
      .select({ otherId: sql<string>`${identities.id}`.as("other_id") })
      .from(identities)
      .innerJoin(owner, eq(identities.userId, owner.id))
      .innerJoin(users, isUsable)
      .where(ne(identities.id, id))
      .for("no key update", { of: identities }),
  );
  const mayUnlink = db
    .select({ id: owner.id })
    .from(owner)
    .where(or(isNotNull(owner.passwordHash), sql`exists (select from ${others})`));
  const query = db
    .delete(identities)
    .where(and(eq(identities.id, id), inArray(identities.userId, mayUnlink)))
    .returning({ provider: identities.provider });
  return { query, with: [owner, others] };
}

function identityNotFound(): AppError {
  return new AppError("NOT_FOUND", "There is no such identity.");
}
