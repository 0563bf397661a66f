import { eq, inArray, sql } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { rowVersion } from "../../platform/db/row-version.ts";
import { roles } from "./table.ts";
import { allowedPermissions, everyPermission } from "./held-permissions.ts";
import type { Permission } from "./permissions.ts";

/** A role and what it allows. */
export interface RoleRecord {
  readonly name: string;
  readonly description: string | null;
  /** In alphabetical order. */
  readonly permissions: readonly string[];
}

/** A role as it was read, for a change that is to be written only while it is still so. */
export interface RoleReading extends RoleRecord {
  readonly version: string;
}

const roleColumns = {
  name: roles.name,
  description: roles.description,
  permissions: allowedPermissions,
};

/** The role of this name, or null. */
export async function findRole(db: Db, name: string): Promise<RoleReading | null> {
  const [role] = await db
    .select({ ...roleColumns, version: rowVersion(roles) })
    .from(roles)
    .where(eq(roles.name, name));
  return role ?? null;
}

/** Those of the named roles that there are. */
export function findRoles(db: Db, names: readonly string[]): Promise<RoleReading[]> {
  return db
    .select({ ...roleColumns, version: rowVersion(roles) })
    .from(roles)
    .where(inArray(roles.name, [...names]));
}

/** At most `count` roles, in alphabetical order, from the one after `after` on. */
export function selectRoles(db: Db, count: number, after: string | null): Promise<RoleRecord[]> {
  return db
    .select(roleColumns)
    .from(roles)
    .where(after === null ? undefined : sql`${roles.name} collate "C" > ${after}`)
    .orderBy(sql`${roles.name} collate "C"`)
    .limit(count);
}

/** At most `count` permissions, in alphabetical order, from the one after `after` on. */
export function selectPermissions(
  db: Db,
  count: number,
  after: string | null,
): Promise<Permission[]> {
  return db
    .select(permissionColumns)
    .from(everyPermission)
    .where(after === null ? undefined : sql`"name" collate "C" > ${after}`)
    .orderBy(sql`"name" collate "C"`)
    .limit(count);
}

/** Those of the named permissions that there are. */
export async function findPermissions(db: Db, names: readonly string[]): Promise<Set<string>> {
  const found = await db
    .select(permissionColumns)
    .from(everyPermission)
    .where(inArray(permissionColumns.name, [...names]));
  return new Set(found.map(({ name }) => name));
}

const permissionColumns = {
  name: sql<string>`"name"`,
  description: sql<string | null>`"description"`,
};
