import { sql } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import { jsonObject } from "../../platform/db/json-object.ts";
import { untilWritten } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { isFixed, roleNotFound } from "./errors.ts";
import { assertMayChange, type RoleGuard } from "./may-change.ts";
import { findRole, type RoleReading } from "./queries.ts";
import { roles, userRoles } from "./table.ts";
import { isBuiltInRole } from "./user-with-roles.ts";

const action = "role.deleted";

/**
 * Deletes a role and so removes it from all users, at once. Throws `NOT_FOUND`, `FORBIDDEN` (it has a permission that the actor
 * lacks, or users whom the actor may not change), `CONFLICT` (a built-in role).
 */
export async function deleteRole(ctx: Context, name: string): Promise<void> {
  await untilWritten(async () => {
    const role = await findRole(ctx.db, name);
    if (!role) throw roleNotFound();
    return recordRefusal(ctx, { action, userId: null, detail: { role: name } }, async () => {
      if (isBuiltInRole(name)) throw isFixed("Built-in roles cannot be deleted.");
      const removed = role.permissions;
      const guard = await assertMayChange(ctx, role, { added: [], removed, isDeleted: true });
      return (await remove(ctx, role, guard)) ? true : null;
    });
  });
}

/** False, and nothing is deleted, if the role changed since it was read, or got a user for whom the decision does not hold. */
async function remove(
  ctx: Context,
  { name, permissions }: RoleReading,
  guard: RoleGuard,
): Promise<boolean> {
  const query = ctx.db.delete(roles).where(guard).returning({ name: roles.name });
  // The users who had the role: the statement reads the state before the deletion.
  const users = sql`(select count(*) from ${userRoles} where ${userRoles.role} = ${name})`;
  const detail = jsonObject({ role: name, permissions, users });
  const announce = () => ({ subject: "roles", id: "" }) as const;
  const rows = await commit(ctx, { query, announce }, () => [
    recordAudit(ctx, { action, result: "success", userId: null, detail }),
  ]);
  return rows.length > 0;
}
