import { and, desc, eq, lt } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { isUuid } from "../../kernel/ids.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";
import { isUsablePasskey, type PasskeyRecord, passkeyRecordColumns } from "./queries.ts";
import { passkeys } from "./table.ts";

const list = "passkeys";

/** A page of the signed-in user's passkeys, the newest first. Throws `VALIDATION_ERROR` for a cursor that is not of this list. */
export async function listPasskeys(
  ctx: Context<UserActor>,
  { limit, cursor }: PageQuery,
): Promise<Page<PasskeyRecord>> {
  const after = cursor === null ? null : decodeCursor(list, cursor, isUuid);
  const rows = await ctx.db
    .select(passkeyRecordColumns)
    .from(passkeys)
    .innerJoin(users, isUsablePasskey)
    .where(
      and(
        eq(passkeys.userId, ctx.actor.userId),
        after === null ? undefined : lt(passkeys.id, after),
      ),
    )
    .orderBy(desc(passkeys.id))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.id));
}
