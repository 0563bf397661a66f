import { and, eq } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import type { Context } from "../../platform/platform.ts";
import { notOwn } from "./errors.ts";
import { isBy, postColumns, type PostRecord } from "./queries.ts";
import { posts, type Visibility } from "./table.ts";

/** What a post is to be from now on; a visibility that is left out stays. */
export interface PostUpdate {
  readonly postData: string;
  readonly visibility: Visibility | undefined;
}

/** Changes a post of the signed-in user, and gives it as it is then. Throws `NOT_FOUND`, `FORBIDDEN` (somebody else's). */
export async function updatePost(
  ctx: Context<UserActor>,
  id: number,
  { postData, visibility }: PostUpdate,
): Promise<PostRecord> {
  const { userId } = ctx.actor;
  const [post] = await ctx.db
    .update(posts)
    .set({ postData, visibility, updatedAt: ctx.clock.now() })
    .where(and(eq(posts.id, id), isBy(userId)))
    .returning(postColumns(ctx.db, userId));
  if (!post) throw await notOwn(ctx, id);
  return post;
}
