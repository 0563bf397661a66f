import { type SQL, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { isActiveUser, users } from "../users/index.ts";
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
    resources: resource === null ? [] : [{ resource, scopes: scopes.toSorted() }],
    grantedAt: now,
  };
  const bothScopes = sql`array(select unnest(${userGrants.scopes}) union select unnest(excluded."scopes") order by 1)`;
  const query = ctx.db
    .insert(userGrants)
    .values(row)
    .onConflictDoUpdate({
      target: [userGrants.userId, userGrants.clientId],
      set: {
        scopes: bothScopes,
        ...(resource === null ? {} : { resources: withResource(resource) }),
        grantedAt: now,
      },
      setWhere: sql`exists ${ctx.db
        .select({ id: users.id })
        .from(users)
        .where(isActiveUser(userId))}`,
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

/**
 * The resources with this one at the end, with the scopes that were allowed for it before as well. For one that is left out because
 * there are too many, the user is asked again.
 */
function withResource(resource: string): SQL {
  const scopesOf = (resources: SQL) =>
    sql`select jsonb_array_elements_text("one"->'scopes') from jsonb_array_elements(${resources}) as "one" where "one"->>'resource' = ${resource}`;
  const both = sql`${scopesOf(sql`${userGrants.resources}`)} union ${scopesOf(sql`excluded."resources"`)} order by 1`;
  const added = sql`jsonb_build_object('resource', ${resource}::text, 'scopes', to_jsonb(array(${both})))`;
  const others = sql`select "one", "place" from jsonb_array_elements(${userGrants.resources}) with ordinality as "before" ("one", "place")
    where "one"->>'resource' <> ${resource} order by "place" desc limit ${maximumResources - 1}`;
  return sql`(select coalesce(jsonb_agg("one" order by "place"), '[]') from (${others}) as "others") || ${added}`;
}
