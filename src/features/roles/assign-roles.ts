import { and, eq, isNull, sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";
import { commit } from "../../platform/db/commit.ts";
import { deleteRows } from "../../platform/db/effects.ts";
import { rowVersion, untilWritten } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { users } from "../users/index.ts";
import { assertFewEnough } from "./errors.ts";
import { giveRoles, isRoleGone } from "./give-roles.ts";
import { assertNotOwn, findGrantable } from "./may-grant.ts";
import { changeOf, isChange, type NameChange, type RoleReading, textArray } from "./queries.ts";
import { userRoles } from "./table.ts";
import { rolesOf, userColumns, type UserRecord } from "./user-with-roles.ts";

const action = "user.roles_changed";

/**
 * Replaces a user's roles; every user has `user` in addition. Effective at once, also for tokens. Gives the user after the
 * change. Throws `USER_NOT_FOUND`, `VALIDATION_ERROR` (an unknown role, too many), `FORBIDDEN` (an added or removed role has a
 * permission that the actor lacks, or none and the actor lacks the role; or an added one is for the actor's own account),
 * `CONFLICT` (the last admin).
 */
export async function assignRoles(
  ctx: Context,
  { userId, roles }: { userId: string; roles: readonly string[] },
): Promise<UserRecord> {
  const wanted = rolesOf({ roles: [...new Set(roles)] }).slice(1);
  assertFewEnough(wanted);
  const attempt = { action, userId, detail: { roles: wanted } } as const;
  return untilWritten(async () => {
    const found = await findUser(ctx, userId);
    if (!found) throw new AppError("USER_NOT_FOUND", "There is no such user.");
    const { version, ...user } = found;
    const change = changeOf(user.roles, wanted);
    if (!isChange(change)) return user;
    return recordRefusal(ctx, attempt, async () => {
      assertNotOwn(ctx.actor, { userId, added: change.added });
      const granted = await findGrantable(ctx, [...change.added, ...change.removed], roles);
      const after = { ...user, roles: wanted.toSorted() };
      return (await write(ctx, after, version, { change, granted })) ? after : null;
    });
  });
}

async function findUser(ctx: Context, userId: string) {
  if (!isUuid(userId)) return null;
  const [user] = await ctx.db
    .select({ ...userColumns, version: rowVersion(users) })
    .from(users)
    .where(and(eq(users.id, userId), isNull(users.deletedAt)));
  return user ?? null;
}

/** False, and nothing is written, if the user or one of the roles changed since it was read. */
async function write(
  ctx: Context,
  user: UserRecord,
  version: string,
  { change, granted }: { change: NameChange; granted: readonly RoleReading[] },
): Promise<boolean> {
  const { added, removed } = change;
  const { id: userId } = user;
  const query = ctx.db
    .update(users)
    .set({ updatedAt: ctx.clock.now() })
    .where(and(eq(users.id, userId), eq(rowVersion(users), version), isNull(users.deletedAt)))
    .returning({ id: users.id });
  const isRemoved = and(
    eq(userRoles.userId, userId),
    sql`${userRoles.role} = any(${textArray(removed)})`,
  );
  const rows = await commit(ctx, { query, announce: ({ id }) => ({ subject: "user", id }) }, () => [
    deleteRows(userRoles, isRemoved),
    giveRoles(
      ctx,
      userId,
      granted.filter(({ name }) => added.includes(name)),
    ),
    recordAudit(ctx, { action, result: "success", userId, detail: { added, removed } }),
    ...recordEvent(ctx, action, { user_id: userId, roles: rolesOf(user) }),
  ]).catch((error: unknown) => {
    if (isRoleGone(error)) return [];
    throw error;
  });
  return rows.length > 0;
}
