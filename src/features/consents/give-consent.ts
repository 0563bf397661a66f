import { and, eq, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { isActive, users } from "../users/index.ts";
import { userGrants } from "./table.ts";

/** Records that the user allows a client these scopes, in addition to those that they allowed it before. */
export async function giveConsent(
  ctx: Context<UserActor>,
  { clientId, scopes }: { readonly clientId: string; readonly scopes: readonly string[] },
): Promise<void> {
  const { userId } = ctx.actor;
  const now = ctx.clock.now();
  const row = {
    id: ctx.random.id(now),
    userId,
    clientId,
    scopes: scopes.toSorted(),
    grantedAt: now,
  };
  const both = sql`array(select unnest(${userGrants.scopes}) union select unnest(excluded."scopes") order by 1)`;
  const query = ctx.db
    .insert(userGrants)
    .values(row)
    .onConflictDoUpdate({
      target: [userGrants.userId, userGrants.clientId],
      set: { scopes: both, grantedAt: now },
      setWhere: sql`exists ${ctx.db
        .select({ id: users.id })
        .from(users)
        .where(and(eq(users.id, userId), isActive))}`,
    })
    .returning({ id: userGrants.id });
  await commit(ctx, { query }, () => [
    recordAudit(ctx, {
      action: "client.consented",
      result: "success",
      userId,
      detail: { client_id: clientId, scopes },
    }),
  ]);
}
