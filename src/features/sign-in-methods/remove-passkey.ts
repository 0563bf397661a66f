import { and, eq, inArray } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { isUuid } from "../../kernel/ids.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { passkeyNotFound, passkeys } from "../passkeys/index.ts";
import { lastMethod, ownerWithOtherMethod } from "./other-methods.ts";

const action = "user.passkey_removed";

/**
 * Removes a passkey of the signed-in user. Throws `NOT_FOUND` (the user has no such passkey), `CONFLICT` (it is the last way to
 * sign in to the account; of racing requests one gets it).
 */
export async function removePasskey(ctx: Context<UserActor>, id: string): Promise<void> {
  const { userId } = ctx.actor;
  await recordRefusal(ctx, { action, userId, detail: {} }, async () => {
    if (!isUuid(id)) throw passkeyNotFound();
    const { ownerId, with: queries } = ownerWithOtherMethod(ctx, id);
    const query = ctx.db
      .delete(passkeys)
      .where(and(eq(passkeys.id, id), inArray(passkeys.userId, ownerId)))
      .returning({ id: passkeys.id });
    const rows = await commit(ctx, { query, with: queries }, () => [
      recordAudit(ctx, { action, result: "success", userId, detail: { passkey_id: id } }),
      ...recordEvent(ctx, action, { user_id: userId, passkey_id: id }),
    ]);
    if (rows.length > 0) return;
    const isOwn = and(eq(passkeys.id, id), eq(passkeys.userId, userId));
    const [remaining] = await ctx.db.select({ id: passkeys.id }).from(passkeys).where(isOwn);
    throw remaining ? lastMethod() : passkeyNotFound();
  });
}
