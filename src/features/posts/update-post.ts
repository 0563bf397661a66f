import { and, eq } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import type { Context } from "../../platform/platform.ts";
import { isBy, notOwn, postColumns, type PostRecord } from "./queries.ts";
import { posts, type Visibility } from "./table.ts";

/** The new content of a post; a visibility that is left out does not change. */
export interface PostUpdate {
  readonly postData: string;
  readonly visibility: Visibility | undefined;
}

/** Changes a post of the signed-in user, and gives it after the change. Throws `NOT_FOUND`, `FORBIDDEN` (another user's). */
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

/** Deletes a post of the signed-in user, with its votes. Throws `NOT_FOUND`, `FORBIDDEN` (another user's). */
export async function deletePost(ctx: Context<UserActor>, id: number): Promise<void> {
  const deleted = await ctx.db
    .delete(posts)
    .where(and(eq(posts.id, id), isBy(ctx.actor.userId)))
    .returning({ id: posts.id });
  if (deleted.length === 0) throw await notOwn(ctx, id);
}
