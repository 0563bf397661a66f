import { and, desc, lt } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import { containsText } from "../../platform/db/columns.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Context } from "../../platform/platform.ts";
import { isBy, isPublic, postColumns, type PostRecord } from "./queries.ts";
import { posts } from "./table.ts";

/** Which posts to list. */
export interface PostFilter {
  /** The signed-in user's own, or all public ones. */
  readonly scope: "own" | "public";
  /** A string that they contain; null for any. */
  readonly text: string | null;
}

/** A page of posts, the newest first. Throws `VALIDATION_ERROR` for a cursor that is not of this list. */
export async function listPosts(
  ctx: Context<UserActor>,
  { scope, text }: PostFilter,
  { limit, cursor }: PageQuery,
): Promise<Page<PostRecord>> {
  const { db, actor } = ctx;
  const list = `${scope}-posts`;
  const after = cursor === null ? null : Number(decodeCursor(list, cursor, isPosition));
  const rows = await db
    .select(postColumns(db, actor.userId))
    .from(posts)
    .where(
      and(
        scope === "own" ? isBy(actor.userId) : isPublic(db),
        text === null ? undefined : containsText(posts.postData, text),
        after === null ? undefined : lt(posts.id, after),
      ),
    )
    .orderBy(desc(posts.id))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, String(last.id)));
}

function isPosition(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}
