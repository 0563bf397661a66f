import { and, eq, inArray } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { isUuid } from "../../kernel/ids.ts";
import { commit } from "../../platform/db/commit.ts";
import { jsonObject } from "../../platform/db/json-object.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { identities, identityNotFound } from "../identities/index.ts";
import { assertRecentSession } from "./assert-recent-session.ts";
import { lastMethod, ownerWithOtherMethod } from "./other-methods.ts";

const action = "user.identity_unlinked";

/**
 * Unlinks an identity of the signed-in user and deletes its kept tokens. Throws `REAUTHENTICATION_REQUIRED`, `NOT_FOUND` (the user
 * has no such identity), `CONFLICT` (it is the last way to sign in to the account; of racing requests one gets it).
 */
export async function unlinkIdentity(ctx: Context<UserActor>, id: string): Promise<void> {
  const { userId } = ctx.actor;
  await assertRecentSession(ctx, action);
  await recordRefusal(ctx, { action, userId, detail: {} }, async () => {
    if (!isUuid(id)) throw identityNotFound();
    const { ownerId, with: queries } = ownerWithOtherMethod(ctx, id);
    const query = ctx.db
      .delete(identities)
      .where(and(eq(identities.id, id), inArray(identities.userId, ownerId)))
      .returning({ provider: identities.provider });
    const rows = await commit(ctx, { query, with: queries }, ({ provider }) => [
      recordAudit(ctx, { action, result: "success", userId, detail: jsonObject({ provider }) }),
      ...recordEvent(ctx, action, { user_id: userId, provider }),
    ]);
    if (rows.length > 0) return;
    const isOwn = and(eq(identities.id, id), eq(identities.userId, userId));
    const [remaining] = await ctx.db.select({ id: identities.id }).from(identities).where(isOwn);
    throw remaining ? lastMethod() : identityNotFound();
  });
}
