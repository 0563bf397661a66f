import { and, asc, eq, gt } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { isUuid } from "../../kernel/ids.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Context } from "../../platform/platform.ts";
import { isActive, users } from "../users/index.ts";
import { getPost, type VoteRecord } from "./queries.ts";
import { postVotes } from "./table.ts";

const list = "votes";

/**
 * A page of the votes for a post that the signed-in user may see, by the age of the voters' accounts. Throws `NOT_FOUND`,
 * and `VALIDATION_ERROR` for a cursor that is not of this list.
 */
export async function listVotes(
  ctx: Context<UserActor>,
  postId: number,
  { limit, cursor }: PageQuery,
): Promise<Page<VoteRecord>> {
  const after = cursor === null ? null : decodeCursor(list, cursor, isUuid);
  await getPost(ctx, postId);
  const rows = await ctx.db
    .select({
      userId: postVotes.userId,
      username: users.username,
      createdAt: postVotes.createdAt,
    })
    .from(postVotes)
    .innerJoin(users, and(eq(users.id, postVotes.userId), isActive))
    .where(
      and(eq(postVotes.postId, postId), after === null ? undefined : gt(postVotes.userId, after)),
    )
    .orderBy(asc(postVotes.userId))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.userId));
}
