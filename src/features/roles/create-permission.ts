import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import {
  builtInPermissions,
  builtInResources,
  isReservedPermission,
  type Permission,
} from "./permissions.ts";
import { permissions } from "./table.ts";

const action = "permission.created";

/**
 * Creates a permission of the operator's own; `admin` has it at once. Throws `CONFLICT` if there is one of this name,
 * `VALIDATION_ERROR` for a name that a built-in permission of a later version may have.
 */
export async function createPermission(ctx: Context, permission: Permission): Promise<Permission> {
  const { name, description } = permission;
  const detail = { permission: name };
  await recordRefusal(ctx, { action, userId: null, detail }, async () => {
    if (builtInPermissions.some((builtIn) => builtIn.name === name)) throw exists();
    if (isReservedPermission(name)) throw isReserved();
    const query = ctx.db
      .insert(permissions)
      .values({ name, description, createdAt: ctx.clock.now() })
      .onConflictDoNothing()
      .returning({ name: permissions.name });
    const announce = () => ({ subject: "roles", id: "" }) as const;
    const rows = await commit(ctx, { query, announce }, () => [
      recordAudit(ctx, { action, result: "success", userId: null, detail }),
    ]);
    if (rows.length === 0) throw exists();
  });
  return permission;
}

function isReserved(): AppError {
  const reserved = builtInResources.join(", ");
  const issue = `Begins with a word that is reserved for Gatehouse's own permissions: ${reserved}.`;
  return new AppError("VALIDATION_ERROR", "The request is not valid.", {
    faults: [{ field: "name", issue }],
  });
}

function exists(): AppError {
  return new AppError("CONFLICT", "There is already a permission with this name.");
}
