import type { UserActor } from "../../kernel/context.ts";
import type { Context } from "../../platform/platform.ts";
import type { PostRecord } from "./queries.ts";
import { posts, type Visibility } from "./table.ts";

/** A new post. */
export interface NewPost {
  readonly postData: string;
  readonly visibility: Visibility;
}

/** Creates a post of the signed-in user. */
export async function createPost(
  ctx: Context<UserActor>,
  { postData, visibility }: NewPost,
): Promise<PostRecord> {
  const now = ctx.clock.now();
  const { userId, username } = ctx.actor;
  const post = { userId, postData, visibility, createdAt: now, updatedAt: now };
  const [made] = await ctx.db
    .insert(posts)
    .values(post)
    .returning({ id: posts.id, votes: posts.votes });
  if (!made) throw new Error("an insertion returned no row");
  return { ...post, ...made, username, voted: false };
}
