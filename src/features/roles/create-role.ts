import { sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { rolePermissions, roles } from "./table.ts";
import { assertAllExist } from "./errors.ts";
import { assertHolds } from "./may-grant.ts";
import { textArray } from "./name-change.ts";
import { findPermissions, type RoleRecord } from "./queries.ts";

const action = "role.created";

/**
 * Makes a role. Throws `VALIDATION_ERROR` (no such permission), `FORBIDDEN` (the caller lacks one of them), `CONFLICT` (there
 * is a role of this name).
 */
export async function createRole(ctx: Context, input: RoleRecord): Promise<RoleRecord> {
  const role = { ...input, permissions: [...new Set(input.permissions)].toSorted() };
  const { name, description, permissions } = role;
  const existing = await findPermissions(ctx.db, permissions);
  assertAllExist("permissions", input.permissions, (permission) => existing.has(permission));
  const detail = { role: name, permissions };
  await recordRefusal(ctx, { action, userId: null, detail }, async () => {
    assertHolds(ctx.actor, permissions);
    const now = ctx.clock.now();
    const created = ctx.db
      .$with("created")
      .as(
        ctx.db
          .insert(roles)
          .values({ name, description, createdAt: now, updatedAt: now })
          .onConflictDoNothing()
          .returning({ name: roles.name }),
      );
    const rows = await withEffects(ctx.db, created, [
      (row) => sql`
        insert into ${rolePermissions} ("role", "permission")
        select "name", unnest(${textArray(permissions)}) from ${row}`,
      recordAudit(ctx, { action, result: "success", userId: null, detail }),
    ])
      .select()
      .from(created);
    if (rows.length === 0) throw new AppError("CONFLICT", "There is a role of this name already.");
  });
  ctx.changes.announce({ subject: "roles", id: "" });
  return role;
}
