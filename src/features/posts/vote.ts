import { and, eq, sql, type SQL } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import {
  deleteRows,
  type Effect,
  followed,
  insertRow,
  updateRows,
} from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { isVisibleTo, postNotFound } from "./queries.ts";
import { posts, postVotes } from "./table.ts";

/** Votes for a post, which may be the user's own. A second vote changes nothing. Throws `NOT_FOUND`. */
export async function castVote(ctx: Context<UserActor>, postId: number): Promise<void> {
  const vote = { postId, userId: ctx.actor.userId, createdAt: ctx.clock.now() };
  await changeVotes(ctx, postId, {
    vote: insertRow(postVotes, vote, { onConflict: "nothing" }),
    votes: sql`${posts.votes} + 1`,
  });
}

/** Withdraws the user's vote, if there is one. Throws `NOT_FOUND`. */
export async function withdrawVote(ctx: Context<UserActor>, postId: number): Promise<void> {
  const isOwn = and(eq(postVotes.postId, postId), eq(postVotes.userId, ctx.actor.userId));
  await changeVotes(ctx, postId, {
    vote: deleteRows(postVotes, isOwn),
    votes: sql`${posts.votes} - 1`,
  });
}

/** The change of the user's row in `post_votes`, and the number of votes afterwards if that row changed. */
interface VoteChange {
  readonly vote: Effect;
  readonly votes: SQL;
}

/** One statement: the number of votes of a post changes if and only if a row does. */
async function changeVotes(
  ctx: Context<UserActor>,
  postId: number,
  { vote, votes }: VoteChange,
): Promise<void> {
  // Votes for one post are written one after the other, and none between the deletions of the post and of its votes.
  const query = ctx.db
    .select({ id: posts.id })
    .from(posts)
    .where(and(eq(posts.id, postId), isVisibleTo(ctx.db, ctx.actor.userId)))
    .for("no key update");
  const rows = await commit(ctx, { query }, () => [
    followed(vote, { changedId: postVotes.postId }, ({ changedId }) => [
      updateRows(posts, { votes }, eq(posts.id, changedId)),
    ]),
  ]);
  if (rows.length === 0) throw postNotFound();
}
