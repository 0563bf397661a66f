import { and, inArray, isNull, sql } from "drizzle-orm";

import type { Context } from "../../platform/platform.ts";
import { usernames, usernameSkeleton, users } from "../users/index.ts";
import type { ImportedUser } from "./parse-user.ts";
import type { NumberedUser } from "./write-batch.ts";

/** Why a line is not imported: its address has an account, or another user has its username or a look-alike. */
export type Obstacle = "present" | "username taken";

/** The present obstacle of each of these lines; null for none. */
export async function findObstacles(
  ctx: Context,
  batch: readonly NumberedUser[],
): Promise<{ number: number; obstacle: Obstacle | null }[]> {
  if (batch.length === 0) return [];
  const emailColumn = sql<string>`lower(${users.email})`;
  const emails = batch.map(({ email }) => email);
  const found = await ctx.db
    .select({ email: emailColumn.as("email") })
    .from(users)
    .where(and(isNull(users.deletedAt), inArray(emailColumn, emails)));
  const skeletons = batch.flatMap((user) => skeletonOf(user) ?? []);
  const taken = await ctx.db
    .select({ skeleton: usernames.skeleton })
    .from(usernames)
    .where(and(isNull(usernames.releasedAt), inArray(usernames.skeleton, skeletons)));

  const takenEmails = new Set(found.map(({ email }) => email));
  const takenSkeletons = new Set(taken.map(({ skeleton }) => skeleton));
  const obstacleOf = (user: ImportedUser): Obstacle | null => {
    if (takenEmails.has(user.email)) return "present";
    const skeleton = skeletonOf(user);
    return skeleton !== null && takenSkeletons.has(skeleton) ? "username taken" : null;
  };
  return batch.map((user) => ({ number: user.number, obstacle: obstacleOf(user) }));
}

function skeletonOf({ username }: ImportedUser): string | null {
  return username === null ? null : usernameSkeleton(username);
}
