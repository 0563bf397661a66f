import { and, desc, eq, lt } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { isUuid } from "../../kernel/ids.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";
import { type IdentityRecord, identityRecordColumns, isUsableIdentity } from "./queries.ts";
import { identities } from "./table.ts";

const list = "identities";

/** A page of the signed-in user's identities, the newest first. Throws `VALIDATION_ERROR` for a cursor that is not of this list. */
export async function listIdentities(
  ctx: Context<UserActor>,
  { limit, cursor }: PageQuery,
): Promise<Page<IdentityRecord>> {
  const after = cursor === null ? null : decodeCursor(list, cursor, isUuid);
  const rows = await ctx.db
    .select(identityRecordColumns)
    .from(identities)
    .innerJoin(users, isUsableIdentity)
    .where(
      and(
        eq(identities.userId, ctx.actor.userId),
        after === null ? undefined : lt(identities.id, after),
      ),
    )
    .orderBy(desc(identities.id))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.id));
}
