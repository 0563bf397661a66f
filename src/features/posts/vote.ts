import { and, eq, sql, type SQL } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { type Effect, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { postNotFound } from "./errors.ts";
import { isVisibleTo } from "./queries.ts";
import { posts, postVotes } from "./table.ts";

/** Votes for a post, which may be one's own; whoever has voted already changes nothing. Throws `NOT_FOUND`. */
export async function castVote(ctx: Context<UserActor>, postId: number): Promise<void> {
  const now = sql.param(ctx.clock.now(), postVotes.createdAt);
  await changeVotes(ctx, postId, {
    rows: (post) => sql`
      insert into ${postVotes} ("post_id", "user_id", "created_at")
      select "id", ${ctx.actor.userId}::uuid, ${now}::timestamptz from ${post}
      on conflict do nothing
      returning "post_id"`,
    count: sql`${posts.votes} + 1`,
  });
}

/** Takes one's vote back; whoever has not voted changes nothing. Throws `NOT_FOUND`. */
export async function withdrawVote(ctx: Context<UserActor>, postId: number): Promise<void> {
  await changeVotes(ctx, postId, {
    rows: (post) => sql`
      delete from ${postVotes} using ${post}
      where ${postVotes.postId} = ${post}."id" and ${postVotes.userId} = ${ctx.actor.userId}::uuid
      returning ${postVotes.postId}`,
    count: sql`${posts.votes} - 1`,
  });
}

/** How the rows of `post_votes` change, returning those that did, and what the count is then for each of them. */
interface VoteChange {
  readonly rows: Effect;
  readonly count: SQL;
}

/** One statement: the count of a post changes if and only if a row does. */
async function changeVotes(
  ctx: Context<UserActor>,
  postId: number,
  { rows, count }: VoteChange,
): Promise<void> {
  // Votes for one post come one after the other, and none of them between its deletion and that of its votes.
  const post = ctx.db.$with("post").as(
    ctx.db
      .select({ id: posts.id })
      .from(posts)
      .where(and(eq(posts.id, postId), isVisibleTo(ctx.db, ctx.actor.userId)))
      .for("no key update"),
  );
  const counted: Effect = (vote) => sql`
    update ${posts} set "votes" = ${count} from ${vote} where ${posts.id} = ${vote}."post_id"`;
  const found = await withEffects(ctx.db, post, [{ effect: rows, followedBy: [counted] }])
    .select()
    .from(post);
  if (found.length === 0) throw postNotFound();
}
