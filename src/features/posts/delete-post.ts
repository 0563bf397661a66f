import { and, eq } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import type { Context } from "../../platform/platform.ts";
import { notOwn } from "./errors.ts";
import { isBy } from "./queries.ts";
import { posts } from "./table.ts";

/** Deletes a post of the signed-in user, with its votes. Throws `NOT_FOUND`, `FORBIDDEN` (somebody else's). */
export async function deletePost(ctx: Context<UserActor>, id: number): Promise<void> {
  const deleted = await ctx.db
    .delete(posts)
    .where(and(eq(posts.id, id), isBy(ctx.actor.userId)))
    .returning({ id: posts.id });
  if (deleted.length === 0) throw await notOwn(ctx, id);
}
