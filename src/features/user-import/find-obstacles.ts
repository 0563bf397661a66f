import { and, inArray, isNull, or, sql } from "drizzle-orm";

import type { Context } from "../../platform/platform.ts";
import { usernames, usernameSkeleton, users } from "../users/index.ts";
import type { ImportedUser } from "./parse-user.ts";
import type { NumberedUser } from "./write-batch.ts";

/**
 * Why a line is not imported: the account is there; its address has an account with another id; its id has an account with another
 * address, or a deleted one; or another user has its username or a look-alike.
 */
export type Obstacle = "present" | "email taken" | "id taken" | "username taken";

/** The present obstacle of each of these lines; null for none. */
export async function findObstacles(
  ctx: Context,
  batch: readonly NumberedUser[],
): Promise<{ number: number; obstacle: Obstacle | null }[]> {
  if (batch.length === 0) return [];
  const emailColumn = sql<string>`lower(${users.email})`;
  const emails = batch.map(({ email }) => email);
  const ids = batch.flatMap(({ id }) => id ?? []);
  const hasEmail = and(isNull(users.deletedAt), inArray(emailColumn, emails));
  const found = await ctx.db
    .select({ id: users.id, email: emailColumn.as("email"), deletedAt: users.deletedAt })
    .from(users)
    .where(ids.length === 0 ? hasEmail : or(hasEmail, inArray(users.id, ids)));
  const skeletons = batch.flatMap((user) => skeletonOf(user) ?? []);
  const taken = await ctx.db
    .select({ skeleton: usernames.skeleton })
    .from(usernames)
    .where(and(isNull(usernames.releasedAt), inArray(usernames.skeleton, skeletons)));

  const active = found.filter(({ deletedAt }) => deletedAt === null);
  const idsByEmail = new Map(active.map(({ id, email }) => [email, id]));
  const takenIds = new Set(found.map(({ id }) => id));
  const takenSkeletons = new Set(taken.map(({ skeleton }) => skeleton));
  const obstacleOf = (user: ImportedUser): Obstacle | null => {
    const present = idsByEmail.get(user.email);
    if (present !== undefined) {
      return user.id === null || user.id === present ? "present" : "email taken";
    }
    if (user.id !== null && takenIds.has(user.id)) return "id taken";
    const skeleton = skeletonOf(user);
    return skeleton !== null && takenSkeletons.has(skeleton) ? "username taken" : null;
  };
  return batch.map((user) => ({ number: user.number, obstacle: obstacleOf(user) }));
}

function skeletonOf({ username }: ImportedUser): string | null {
  return username === null ? null : usernameSkeleton(username);
}
