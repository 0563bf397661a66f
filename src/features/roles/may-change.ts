import { and, eq, ne, type SQL, sql } from "drizzle-orm";

import type { Actor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import { rowVersion } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import { assertHolds, isAdmin, mayAssignByName, type NamedRole } from "./may-grant.ts";
import { isChange, type NameChange, type RoleReading } from "./queries.ts";
import { roles, userRoles } from "./table.ts";
import { baseRole } from "./user-with-roles.ts";

/** The condition of a statement that changes a role, which is as it was read. */
export type RoleGuard = SQL | undefined;

/**
 * Decides whether the actor may change what a role permits, or delete it. Throws `FORBIDDEN` if the actor lacks one of the changed
 * permissions; for a change of `user` by anyone but an admin; where the role has no permissions before or after, unless the actor
 * may assign it by name; and, where another user has it, unless the actor may assign it: that user's rights change as if by an
 * assignment. Gives the condition under which the decision holds.
 */
export async function assertMayChange(
  ctx: Context,
  role: RoleReading,
  {
    added,
    removed,
    isDeleted = false,
    isMfaChanged = false,
  }: NameChange & { isDeleted?: boolean; isMfaChanged?: boolean },
): Promise<RoleGuard> {
  const { actor } = ctx;
  if (role.name === baseRole && !isAdmin(actor)) {
    throw new AppError("FORBIDDEN", "Only an admin may change the role that every user has.");
  }
  assertHolds(actor, [...added, ...removed, ...(isMfaChanged ? role.permissions : [])]);
  const isAsRead = and(eq(roles.name, role.name), eq(rowVersion(roles), role.version));
  const concernsUsers = isDeleted || isMfaChanged || isChange({ added, removed });
  if (concernsUsers) {
    const left = role.permissions.filter((name) => !removed.includes(name));
    const after = { name: role.name, permissions: [...left, ...added] };
    assertMayChangeByName(actor, isDeleted ? [role] : [role, after]);
  }
  if (!concernsUsers || mayAssign(actor)) return isAsRead;
  const self = actor.kind === "user" ? actor.userId : null;
  if (self === null || (await hasOtherUsers(ctx, role.name, self))) {
    throw new AppError("FORBIDDEN", "Other users have this role, and you may not assign it.");
  }
  return and(isAsRead, isWithoutOtherUsers(role, self));
}

/** Otherwise a role could have a permission just while it is assigned, or be deleted and created again with one. */
function assertMayChangeByName(actor: Actor, states: readonly NamedRole[]): void {
  if (states.every((state) => mayAssignByName(actor, state))) return;
  throw new AppError("FORBIDDEN", "A role without permissions is changed by those who have it.");
}

function mayAssign(actor: Actor): boolean {
  return isAdmin(actor) || (actor.kind === "user" && actor.permissions.includes(assigning));
}

const assigning = "roles:assign";

async function hasOtherUsers({ db }: Context, name: string, self: string): Promise<boolean> {
  const found = await db
    .select({ role: userRoles.role })
    .from(userRoles)
    .where(and(eq(userRoles.role, name), ne(userRoles.userId, self)))
    .limit(1);
  return found.length > 0;
}

/**
 * The same in the statement that changes the role. It locks the role first, against assignments, which lock it too; the function
 * then sees every assignment that was committed while the statement waited for the lock. Without the limit the planner would
 * call it before the lock.
 */
function isWithoutOtherUsers({ name }: RoleReading, self: string): SQL {
  return sql`${roles.name} in (
    select "locked"."name" from (
      select "name" from ${roles} as "role" where "role"."name" = ${name} limit 1 for update
    ) as "locked" where not gatehouse_role_has_other_users("locked"."name", ${self}::uuid))`;
}
