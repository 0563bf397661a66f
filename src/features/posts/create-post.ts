import type { UserActor } from "../../kernel/context.ts";
import type { Context } from "../../platform/platform.ts";
import type { PostRecord } from "./queries.ts";
import { posts, type Visibility } from "./table.ts";

/** What is to be posted. */
export interface NewPost {
  readonly postData: string;
  readonly visibility: Visibility;
}

/** Posts something, in the name of the signed-in user and of nobody else. */
export async function createPost(
  ctx: Context<UserActor>,
  { postData, visibility }: NewPost,
): Promise<PostRecord> {
  const now = ctx.clock.now();
  const post = { userId: ctx.actor.userId, postData, visibility, createdAt: now, updatedAt: now };
  const [made] = await ctx.db
    .insert(posts)
    .values(post)
    .returning({ id: posts.id, votes: posts.votes });
  if (!made) throw new Error("an insertion returned no row");
  return { ...post, ...made, voted: false };
}
