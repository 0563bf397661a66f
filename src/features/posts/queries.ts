import { and, eq, exists, or, type SQL, sql } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { isActive, users } from "../users/index.ts";
import { posts, postVotes, type Visibility } from "./table.ts";

/** A post, as one reader sees it. */
export interface PostRecord {
  readonly id: number;
  readonly userId: string;
  readonly postData: string;
  readonly visibility: Visibility;
  readonly votes: number;
  /** Whether the reader has voted for it. */
  readonly voted: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Somebody's vote for a post. */
export interface VoteRecord {
  readonly userId: string;
  readonly createdAt: Date;
}

/** The columns of a post for this reader, in whatever statement reads or writes `posts`. */
export function postColumns(db: Db, readerId: string) {
  const { id, userId, postData, visibility, votes, createdAt, updatedAt } = posts;
  const hers = db
    .select({ one: sql`1` })
    .from(postVotes)
    .where(and(eq(postVotes.postId, posts.id), eq(postVotes.userId, readerId)));
  const voted = sql<boolean>`${exists(hers)}`.as("voted");
  return { id, userId, postData, visibility, votes, voted, createdAt, updatedAt };
}

/** In a statement on `posts`: whether it is the user's own. */
export function isBy(userId: string): SQL {
  return eq(posts.userId, userId);
}

/** In a statement on `posts`: whether everybody may see it. A deleted or disabled author's posts are not to be seen. */
export function isPublic(db: Db): SQL | undefined {
  const author = db
    .select({ one: sql`1` })
    .from(users)
    .where(and(eq(users.id, posts.userId), isActive));
  // Written out, as it is in the index: a statement that is planned once for all parameters would not use it.
  return and(sql`${posts.visibility} = 'public'`, exists(author));
}

/** The same for one reader, who sees her own as well. */
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
