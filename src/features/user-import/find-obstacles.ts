import { and, inArray, isNull, or, sql } from "drizzle-orm";

import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";
import type { ImportedUser } from "./parse-user.ts";
import type { NumberedUser } from "./write-batch.ts";

/** Why a line is not imported: its address has an account, or another user has its username. */
export type Obstacle = "present" | "username taken";

/** The present obstacle of each of these lines; null for none. */
export async function findObstacles(
  ctx: Context,
  batch: readonly NumberedUser[],
): Promise<{ number: number; obstacle: Obstacle | null }[]> {
  if (batch.length === 0) return [];
  const emailColumn = sql<string>`lower(${users.email})`;
  const usernameColumn = sql<string | null>`lower(${users.username})`;
  const emails = batch.map(({ email }) => email);
  const usernames = batch.flatMap((user) => foldedUsername(user) ?? []);
  const hasUsername = usernames.length > 0 ? inArray(usernameColumn, usernames) : undefined;
  const found = await ctx.db
    .select({ email: emailColumn.as("email"), username: usernameColumn.as("username") })
    .from(users)
    .where(and(isNull(users.deletedAt), or(inArray(emailColumn, emails), hasUsername)));

  const takenEmails = new Set(found.map(({ email }) => email));
  const takenUsernames = new Set(found.map(({ username }) => username));
  const obstacleOf = (user: ImportedUser): Obstacle | null => {
    if (takenEmails.has(user.email)) return "present";
    const username = foldedUsername(user);
    return username !== null && takenUsernames.has(username) ? "username taken" : null;
  };
  return batch.map((user) => ({ number: user.number, obstacle: obstacleOf(user) }));
}

/** The only letters of a username are A to Z, whose lower case is the same here and in the database. */
function foldedUsername({ username }: ImportedUser): string | null {
  return username?.toLowerCase() ?? null;
}
