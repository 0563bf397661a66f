import { and, desc, inArray, lt, type SQL } from "drizzle-orm";

import { startStopwatch } from "../../kernel/clock.ts";
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

/** A search examines its posts in statements of this many, so that it delays other statements by no more than one of them. */
const postsInStatement = 50;
/** A search begins no other statement for a page after this many posts, or this much time. */
const postsInSearch = 1_000;
const searchMilliseconds = 1_000;

/**
 * A page of posts, the newest first. A page of a search may have fewer posts than the limit, even none, and yet a cursor, with
 * which the search continues. Throws `VALIDATION_ERROR` for a cursor that is not of this list.
 */
export async function listPosts(
  ctx: Context<UserActor>,
  { scope, text }: PostFilter,
  { limit, cursor }: PageQuery,
): Promise<Page<PostRecord>> {
  const list = `${scope}-posts`;
  const after = cursor === null ? null : Number(decodeCursor(list, cursor, isPosition));
  const cursorAt = (id: number): string => encodeCursor(list, String(id));
  if (text === null) {
    const rows = await selectPosts(ctx, and(isInScope(ctx, scope), isAfter(after)), limit + 1);
    return pageOf(rows, limit, (last) => cursorAt(last.id));
  }
  const { found, last } = await search(ctx, { scope, text }, { limit, after });
  const isFound = inArray(posts.id, found);
  const items =
    found.length === 0 ? [] : await selectPosts(ctx, and(isInScope(ctx, scope), isFound), limit);
  return { items, nextCursor: last === null ? null : cursorAt(last) };
}

/** The ids of the next posts that contain the text, and the last post that was examined if there are more. */
async function search(
  ctx: Context<UserActor>,
  { scope, text }: { scope: PostFilter["scope"]; text: string },
  { limit, after }: { limit: number; after: number | null },
): Promise<{ found: number[]; last: number | null }> {
  const found: number[] = [];
  const millisecondsSince = startStopwatch();
  let last = after;
  for (let examined = 0; examined < postsInSearch; examined += postsInStatement) {
    if (millisecondsSince() > searchMilliseconds) break;
    // Chosen first: a plan that sorts all posts of the scope would search in each of them before it knows the newest.
    const next = ctx.db
      .select({ id: posts.id })
      .from(posts)
      .where(and(isInScope(ctx, scope), isAfter(last)))
      .orderBy(desc(posts.id))
      .limit(postsInStatement);
    const rows = await ctx.db
      .select({ id: posts.id, matches: containsText(posts.postData, text) })
      .from(posts)
      .where(inArray(posts.id, next))
      .orderBy(desc(posts.id));
    for (const { id, matches } of rows) {
      if (matches && found.length === limit) return { found, last };
      if (matches) found.push(id);
      last = id;
    }
    if (rows.length < postsInStatement) return { found, last: null };
  }
  return { found, last };
}

function selectPosts(
  { db, actor }: Context<UserActor>,
  condition: SQL | undefined,
  limit: number,
): Promise<PostRecord[]> {
  return db
    .select(postColumns(db, actor.userId))
    .from(posts)
    .where(condition)
    .orderBy(desc(posts.id))
    .limit(limit);
}

function isInScope({ db, actor }: Context<UserActor>, scope: PostFilter["scope"]): SQL | undefined {
  return scope === "own" ? isBy(actor.userId) : isPublic(db);
}

function isAfter(id: number | null): SQL | undefined {
  return id === null ? undefined : lt(posts.id, id);
}

function isPosition(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}
