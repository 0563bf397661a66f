import { and, eq, exists, or, type SQL, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Db } from "../../platform/db/port.ts";
import type { Context } from "../../platform/platform.ts";
import { isActive, users } from "../users/index.ts";
import { posts, postVotes, type Visibility } from "./table.ts";

/** A post for one reader. */
export interface PostRecord {
  readonly id: number;
  readonly userId: string;
  /** The username of the author, or null without one. */
  readonly username: string | null;
  readonly postData: string;
  readonly visibility: Visibility;
  readonly votes: number;
  /** Whether the reader has voted for it. */
  readonly voted: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A user's vote for a post. */
export interface VoteRecord {
  readonly userId: string;
  readonly username: string | null;
  readonly createdAt: Date;
}

/** The columns of a post for this reader, in a statement that reads or writes `posts`. */
export function postColumns(db: Db, readerId: string) {
  const { id, userId, postData, visibility, votes, createdAt, updatedAt } = posts;
  const ownVote = db
    .select({ one: sql`1` })
    .from(postVotes)
    .where(and(eq(postVotes.postId, posts.id), eq(postVotes.userId, readerId)));
  const voted = sql<boolean>`${exists(ownVote)}`.as("voted");
  const author = db
    .select({ username: users.username })
    .from(users)
    .where(eq(users.id, posts.userId));
  const username = sql<string | null>`(${author})`.as("username");
  return { id, userId, username, postData, visibility, votes, voted, createdAt, updatedAt };
}

/** In a statement on `posts`: whether this user is the author. */
export function isBy(userId: string): SQL {
  return eq(posts.userId, userId);
}

/** In a statement on `posts`: whether every user may see it. Posts of a deleted or disabled author are hidden. */
export function isPublic(db: Db): SQL | undefined {
  const author = db
    .select({ one: sql`1` })
    .from(users)
    .where(and(eq(users.id, posts.userId), isActive));
  // A literal, as in the index: a statement that is planned once for all parameters would not use the index.
  return and(sql`${posts.visibility} = 'public'`, exists(author));
}

/** In a statement on `posts`: whether this reader may see it, being the author or because every user may. */
export function isVisibleTo(db: Db, readerId: string): SQL | undefined {
  return or(isBy(readerId), isPublic(db));
}

/** The post of this id, if the reader may see it; or null. */
export async function findPost(db: Db, id: number, readerId: string): Promise<PostRecord | null> {
  const [post] = await db
    .select(postColumns(db, readerId))
    .from(posts)
    .where(and(eq(posts.id, id), isVisibleTo(db, readerId)));
  return post ?? null;
}

/** A post that the signed-in user may see: their own, or a public one. Throws `NOT_FOUND`. */
export async function getPost(ctx: Context<UserActor>, id: number): Promise<PostRecord> {
  const post = await findPost(ctx.db, id, ctx.actor.userId);
  if (!post) throw postNotFound();
  return post;
}

/** The error for a post that does not exist, or that the user may not see. */
export function postNotFound(): AppError {
  return new AppError("NOT_FOUND", "There is no such post.");
}

/** The error for a change of a post that is not the user's own: `FORBIDDEN` if they may see it, else `NOT_FOUND`. */
export async function notOwn(ctx: Context<UserActor>, id: number): Promise<AppError> {
  const post = await findPost(ctx.db, id, ctx.actor.userId);
  return post ? new AppError("FORBIDDEN", "This is another user's post.") : postNotFound();
}
