import { and, eq, sql } from "drizzle-orm";

import { jsonObject } from "../../platform/db/json-object.ts";
import { rowVersion, untilWritten } from "../../platform/db/row-version.ts";
import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { roles, userRoles } from "./table.ts";
import { isBuiltInRole } from "./built-in-roles.ts";
import { isFixed, roleNotFound } from "./errors.ts";
import { assertHolds } from "./may-grant.ts";
import { findRole, type RoleReading } from "./queries.ts";

const action = "role.deleted";

/**
 * Deletes a role and so takes it from everybody, at once. Throws `NOT_FOUND`, `FORBIDDEN` (it allows what the caller lacks),
 * `CONFLICT` (a built-in one).
 */
export async function deleteRole(ctx: Context, name: string): Promise<void> {
  await untilWritten(async () => {
    const role = await findRole(ctx.db, name);
    if (!role) throw roleNotFound();
    return recordRefusal(ctx, { action, userId: null, detail: { role: name } }, async () => {
      if (isBuiltInRole(name)) throw isFixed("Built-in roles cannot be deleted.");
      assertHolds(ctx.actor, role.permissions);
      return (await remove(ctx, role)) ? true : null;
    });
  });
  ctx.changes.announce({ subject: "roles", id: "" });
}

/** False, and nothing is deleted, if the role changed since it was read. */
async function remove(ctx: Context, { name, version, permissions }: RoleReading): Promise<boolean> {
  const deleted = ctx.db.$with("deleted").as(
    ctx.db
      .delete(roles)
      .where(and(eq(roles.name, name), eq(rowVersion(roles), version)))
      .returning({ name: roles.name }),
  );
  // The statement still sees who had it.
  const holders = sql`(select count(*) from ${userRoles} where ${userRoles.role} = ${name})`;
  const detail = jsonObject({ role: name, permissions, holders });
  const rows = await withEffects(ctx.db, deleted, [
    recordAudit(ctx, { action, result: "success", userId: null, detail }),
  ])
    .select()
    .from(deleted);
  return rows.length > 0;
}
