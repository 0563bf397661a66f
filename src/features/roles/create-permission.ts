import { AppError } from "../../kernel/errors.ts";
import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { permissions } from "./table.ts";
import {
  builtInPermissions,
  builtInResources,
  isReservedPermission,
  type Permission,
} from "./permissions.ts";

const action = "permission.created";

/**
 * Makes a permission of the operator's own; `admin` has it at once. Throws `CONFLICT` where there is one of this name,
 * `VALIDATION_ERROR` for a name that a built-in one may have in a later version.
 */
export async function createPermission(ctx: Context, permission: Permission): Promise<Permission> {
  const { name, description } = permission;
  const detail = { permission: name };
  await recordRefusal(ctx, { action, userId: null, detail }, async () => {
    if (builtInPermissions.some((builtIn) => builtIn.name === name)) throw exists();
    if (isReservedPermission(name)) throw isReserved();
    const created = ctx.db
      .$with("created")
      .as(
        ctx.db
          .insert(permissions)
          .values({ name, description, createdAt: ctx.clock.now() })
          .onConflictDoNothing()
          .returning({ name: permissions.name }),
      );
    const rows = await withEffects(ctx.db, created, [
      recordAudit(ctx, { action, result: "success", userId: null, detail }),
    ])
      .select()
      .from(created);
    if (rows.length === 0) throw exists();
  });
  ctx.changes.announce({ subject: "roles", id: "" });
  return permission;
}

function isReserved(): AppError {
  const kept = builtInResources.join(", ");
  const issue = `Begins with a word that is kept for Gatehouse's own permissions: ${kept}.`;
  return new AppError("VALIDATION_ERROR", "The request is not valid.", {
    faults: [{ field: "name", issue }],
  });
}

function exists(): AppError {
  return new AppError("CONFLICT", "There is a permission of this name already.");
}
