import { and, eq, sql } from "drizzle-orm";

import { rowVersion, untilWritten } from "../../platform/db/row-version.ts";
import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { rolePermissions, roles } from "./table.ts";
import { adminRole } from "./built-in-roles.ts";
import { assertAllExist, isFixed, roleNotFound } from "./errors.ts";
import { assertHolds } from "./may-grant.ts";
import { changeOf, isChange, textArray } from "./name-change.ts";
import { findPermissions, findRole, type RoleReading, type RoleRecord } from "./queries.ts";

const action = "role.updated";

/** What is to change about a role; its name never does. */
export interface RoleUpdate {
  readonly description?: string | null;
  /** All that it is to allow from now on. */
  readonly permissions?: readonly string[];
}

/**
 * Changes a role and gives it as it is then; effective at once for all who have it. Throws `NOT_FOUND`, `VALIDATION_ERROR`
 * (no such permission), `FORBIDDEN` (it gives or takes a permission that the caller lacks), `CONFLICT` (what `admin` allows
 * is not to be chosen).
 */
export async function updateRole(
  ctx: Context,
  name: string,
  update: RoleUpdate,
): Promise<RoleRecord> {
  const existing = await findPermissions(ctx.db, update.permissions ?? []);
  assertAllExist("permissions", update.permissions ?? [], (one) => existing.has(one));
  return untilWritten(async () => {
    const role = await findRole(ctx.db, name);
    if (!role) throw roleNotFound();
    const { description = role.description, permissions = role.permissions } = update;
    const after = { name, description, permissions: [...new Set(permissions)].toSorted() };
    const { added, removed } = changeOf(role.permissions, after.permissions);
    if (!isChange({ added, removed }) && description === role.description) return role;
    const attempt = { action, userId: null, detail: { role: name, added, removed } } as const;
    return recordRefusal(ctx, attempt, async () => {
      if (name === adminRole && isChange({ added, removed })) {
        throw isFixed("The role admin has every permission.");
      }
      assertHolds(ctx.actor, [...added, ...removed]);
      return (await write(ctx, role, after)) ? after : null;
    });
  });
}

/** False, and nothing is written, if the role changed since it was read. */
async function write(ctx: Context, before: RoleReading, after: RoleRecord): Promise<boolean> {
  const { name, description } = after;
  const { added, removed } = changeOf(before.permissions, after.permissions);
  const changed = ctx.db.$with("changed").as(
    ctx.db
      .update(roles)
      .set({ description, updatedAt: ctx.clock.now() })
      .where(and(eq(roles.name, name), eq(rowVersion(roles), before.version)))
      .returning({ name: roles.name }),
  );
  const detail = { role: name, added, removed };
  const rows = await withEffects(ctx.db, changed, [
    (row) => sql`
      delete from ${rolePermissions} using ${row}
      where ${rolePermissions.role} = ${row}."name" and ${rolePermissions.permission} = any(${textArray(removed)})`,
    (row) => sql`
      insert into ${rolePermissions} ("role", "permission")
      select "name", unnest(${textArray(added)}) from ${row}`,
    recordAudit(ctx, { action, result: "success", userId: null, detail }),
  ])
    .select()
    .from(changed);
  if (rows.length === 0) return false;
  ctx.changes.announce({ subject: "roles", id: "" });
  return true;
}
