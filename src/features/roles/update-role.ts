import { and, eq, sql } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import { deleteRows, insertRow } from "../../platform/db/effects.ts";
import { untilWritten } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { assertAllExist, isFixed, roleNotFound } from "./errors.ts";
import { assertMayChange, type RoleGuard } from "./may-change.ts";
import {
  changeOf,
  findPermissions,
  findRole,
  isChange,
  type RoleReading,
  type RoleRecord,
  textArray,
} from "./queries.ts";
import { rolePermissions, roles } from "./table.ts";
import { adminRole } from "./user-with-roles.ts";

const action = "role.updated";

/** What is to change about a role; its name never changes. */
export interface RoleUpdate {
  readonly description?: string | null;
  /** All permissions that the role is to have. */
  readonly permissions?: readonly string[];
  readonly requireMfa?: boolean;
}

/**
 * Changes a role and gives it after the change; effective at once for all users who have it. Throws `NOT_FOUND`,
 * `VALIDATION_ERROR` (an unknown permission), `FORBIDDEN` (an added or removed permission is one that the actor lacks,
 * or the role is one whose users the actor may not change), `CONFLICT` (the permissions of `admin` cannot be changed).
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
    const { permissions = role.permissions, ...rest } = update;
    const after = { ...role, ...rest, permissions: [...new Set(permissions)].toSorted() };
    const { added, removed } = changeOf(role.permissions, after.permissions);
    const isMfaChanged = after.requireMfa !== role.requireMfa;
    if (!isChange({ added, removed }) && !isMfaChanged && after.description === role.description) {
      return role;
    }
    const detail = detailOf(role, after);
    const attempt = { action, userId: null, detail } as const;
    return recordRefusal(ctx, attempt, async () => {
      if (name === adminRole && isChange({ added, removed })) {
        throw isFixed("The role admin has every permission.");
      }
      const guard = await assertMayChange(ctx, role, { added, removed, isMfaChanged });
      return (await write(ctx, role, after, guard)) ? after : null;
    });
  });
}

/** False, and nothing is written, if the role changed since it was read, or got a user for whom the decision does not hold. */
async function write(
  ctx: Context,
  before: RoleReading,
  after: RoleRecord,
  guard: RoleGuard,
): Promise<boolean> {
  const { name, description, requireMfa } = after;
  const { added, removed } = changeOf(before.permissions, after.permissions);
  const query = ctx.db
    .update(roles)
    .set({ description, requireMfa, updatedAt: ctx.clock.now() })
    .where(guard)
    .returning({ name: roles.name });
  const isRemoved = and(
    eq(rolePermissions.role, name),
    sql`${rolePermissions.permission} = any(${textArray(removed)})`,
  );
  const detail = detailOf(before, after);
  const announce = () => ({ subject: "roles", id: "" }) as const;
  const rows = await commit(ctx, { query, announce }, () => [
    deleteRows(rolePermissions, isRemoved),
    insertRow(rolePermissions, { role: name, permission: sql`unnest(${textArray(added)})` }),
    recordAudit(ctx, { action, result: "success", userId: null, detail }),
  ]);
  return rows.length > 0;
}

function detailOf(before: RoleReading, { name, permissions, requireMfa }: RoleRecord) {
  const change = changeOf(before.permissions, permissions);
  return {
    role: name,
    ...change,
    ...(requireMfa === before.requireMfa ? {} : { require_mfa: requireMfa }),
  };
}
