import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Context } from "../../platform/platform.ts";
import { isStorableText } from "../../platform/http/text-schema.ts";
import { roleNotFound } from "./errors.ts";
import type { Permission } from "./permissions.ts";
import { findRole, type RoleRecord, selectPermissions, selectRoles } from "./queries.ts";

/** A page of all roles, in alphabetical order. Throws `VALIDATION_ERROR` for a cursor that is not of this list. */
export function listRoles(ctx: Context, query: PageQuery): Promise<Page<RoleRecord>> {
  return listByName("roles", query, (count, after) => selectRoles(ctx.db, count, after));
}

/** A page of all permissions, in alphabetical order. Throws `VALIDATION_ERROR` for a cursor that is not of this list. */
export function listPermissions(ctx: Context, query: PageQuery): Promise<Page<Permission>> {
  return listByName("permissions", query, (count, after) =>
    selectPermissions(ctx.db, count, after),
  );
}

/** The role of this name. Throws `NOT_FOUND`. */
export async function showRole(ctx: Context, name: string): Promise<RoleRecord> {
  const role = await findRole(ctx.db, name);
  if (!role) throw roleNotFound();
  return role;
}

async function listByName<T extends { readonly name: string }>(
  list: string,
  { limit, cursor }: PageQuery,
  select: (count: number, after: string | null) => Promise<T[]>,
): Promise<Page<T>> {
  const after = cursor === null ? null : decodeCursor(list, cursor, isStorableText);
  const rows = await select(limit + 1, after);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.name));
}
