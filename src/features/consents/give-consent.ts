import { and, eq, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { isActive, users } from "../users/index.ts";
import { maximumResources, userGrants } from "./table.ts";

/** What a client asks a user for; the resource (RFC 8707) is null for none. */
interface AskedFor {
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly resource: string | null;
}

/** Records that the user allows a client these scopes and this resource, in addition to what they allowed it before. */
export async function giveConsent(
  ctx: Context<UserActor>,
  { clientId, scopes, resource }: AskedFor,
): Promise<void> {
  const { userId } = ctx.actor;
  const now = ctx.clock.now();
  const row = {
    id: ctx.random.id(now),
    userId,
    clientId,
    scopes: scopes.toSorted(),
    resources: resource === null ? [] : [resource],
    grantedAt: now,
  };
  const bothOf = (column: PgColumn) =>
    sql`(select unnest(${column}) union select unnest(excluded.${sql.identifier(column.name)}) order by 1)`;
  const newFirst = sql`"name" = any(excluded."resources") desc, "name"`;
  const query = ctx.db
    .insert(userGrants)
    .values(row)
    .onConflictDoUpdate({
      target: [userGrants.userId, userGrants.clientId],
      set: {
        scopes: sql`array${bothOf(userGrants.scopes)}`,
        // For one that is left out the user is asked again.
        resources: sql`array(select "name" from ${bothOf(userGrants.resources)} as "both" ("name")
          order by ${newFirst} limit ${maximumResources})`,
        grantedAt: now,
      },
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
      detail: { client_id: clientId, scopes, ...(resource === null ? {} : { resource }) },
    }),
  ]);
}
