import { and, eq, isNull, sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";
import { rowVersion, untilWritten } from "../../platform/db/row-version.ts";
import { type Effect, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { rolesOf, userColumns, type UserRecord } from "./user-with-roles.ts";
import { userRoles } from "./table.ts";
import { users } from "../users/index.ts";
import { giveRoles, isRoleGone } from "./give-roles.ts";
import { findGrantable } from "./may-grant.ts";
import { changeOf, isChange, type NameChange, textArray } from "./name-change.ts";
import type { RoleReading } from "./queries.ts";
import { assertFewEnough } from "./role-count.ts";

const action = "user.roles_changed";

/**
 * Gives a user these roles and takes all others from her; `user` she has in any case. Effective at once, for her tokens too.
 * Gives her as she is then. Throws `USER_NOT_FOUND`, `VALIDATION_ERROR` (no such role, too many), `FORBIDDEN` (a role given
 * or taken allows what the caller lacks), `CONFLICT` (she is the last admin).
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
      const judged = await findGrantable(ctx, [...change.added, ...change.removed], roles);
      const after = { ...user, roles: wanted.toSorted() };
      return (await write(ctx, after, version, { change, judged })) ? after : null;
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

/** False, and nothing is written, if the user changed since she was read, or a role since it was judged. */
async function write(
  ctx: Context,
  user: UserRecord,
  version: string,
  { change, judged }: { change: NameChange; judged: readonly RoleReading[] },
): Promise<boolean> {
  const { added, removed } = change;
  const now = ctx.clock.now();
  const { id: userId } = user;
  const changed = ctx.db.$with("changed").as(
    ctx.db
      .update(users)
      .set({ updatedAt: now })
      .where(and(eq(users.id, userId), eq(rowVersion(users), version), isNull(users.deletedAt)))
      .returning({ id: users.id }),
  );
  const take: Effect = (row) => sql`
    delete from ${userRoles} using ${row}
    where ${userRoles.userId} = ${row}.id and ${userRoles.role} = any(${textArray(removed)})`;
  const query = withEffects(ctx.db, changed, [
    take,
    giveRoles(
      ctx,
      judged.filter(({ name }) => added.includes(name)),
    ),
    recordAudit(ctx, { action, result: "success", userId, detail: { added, removed } }),
    recordEvent(ctx, action, { user_id: userId, roles: rolesOf(user) }),
  ])
    .select()
    .from(changed);
  const rows = await query.catch((error: unknown) => {
    if (isRoleGone(error)) return [];
    throw error;
  });
  if (rows.length === 0) return false;
  ctx.changes.announce({ subject: "user", id: userId });
  ctx.outboxWritten();
  return true;
}
