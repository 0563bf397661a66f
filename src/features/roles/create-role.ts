import { sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import { insertRow } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { assertAllExist } from "./errors.ts";
import { assertHolds } from "./may-grant.ts";
import { findPermissions, type RoleRecord, textArray } from "./queries.ts";
import { rolePermissions, roles } from "./table.ts";

const action = "role.created";

/**
 * Creates a role. Throws `VALIDATION_ERROR` (an unknown permission), `FORBIDDEN` (the actor lacks one of them), `CONFLICT`
 * (there is a role with this name).
 */
export async function createRole(ctx: Context, input: RoleRecord): Promise<RoleRecord> {
  const role = { ...input, permissions: [...new Set(input.permissions)].toSorted() };
  const { name, description, requireMfa, permissions } = role;
  const existing = await findPermissions(ctx.db, permissions);
  assertAllExist("permissions", input.permissions, (permission) => existing.has(permission));
  const detail = { role: name, permissions, ...(requireMfa ? { require_mfa: true } : {}) };
  await recordRefusal(ctx, { action, userId: null, detail }, async () => {
    assertHolds(ctx.actor, permissions);
    const now = ctx.clock.now();
    const query = ctx.db
      .insert(roles)
      .values({ name, description, requireMfa, createdAt: now, updatedAt: now })
      .onConflictDoNothing()
      .returning({ name: roles.name });
    const announce = () => ({ subject: "roles", id: "" }) as const;
    const rows = await commit(ctx, { query, announce }, () => [
      insertRow(rolePermissions, {
        role: name,
        permission: sql`unnest(${textArray(permissions)})`,
      }),
      recordAudit(ctx, { action, result: "success", userId: null, detail }),
    ]);
    if (rows.length === 0) {
      throw new AppError("CONFLICT", "There is already a role with this name.");
    }
  });
  return role;
}
