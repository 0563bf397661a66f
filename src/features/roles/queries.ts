import { eq, inArray, type SQL, sql } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { rowVersion } from "../../platform/db/row-version.ts";
import { roles } from "./table.ts";
import { allowedPermissions, everyPermission } from "./held-permissions.ts";
import type { Permission } from "./permissions.ts";

/** A role and its permissions. */
export interface RoleRecord {
  readonly name: string;
  readonly description: string | null;
  /** Whether it is effective only in sessions in which two factors were proven. */
  readonly requireMfa: boolean;
  /** In alphabetical order. */
  readonly permissions: readonly string[];
}

/** A role as it was read, for a change that is written only if the role has not changed since. */
export interface RoleReading extends RoleRecord {
  readonly version: string;
}

const roleColumns = {
  name: roles.name,
  description: roles.description,
  requireMfa: roles.requireMfa,
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

/** The roles of these names that exist. */
export function findRoles(db: Db, names: readonly string[]): Promise<RoleReading[]> {
  return db
    .select({ ...roleColumns, version: rowVersion(roles) })
    .from(roles)
    .where(inArray(roles.name, [...names]));
}

/** At most `count` roles, in alphabetical order, beginning after `after`. */
export function selectRoles(db: Db, count: number, after: string | null): Promise<RoleRecord[]> {
  return db
    .select(roleColumns)
    .from(roles)
    .where(after === null ? undefined : sql`${roles.name} collate "C" > ${after}`)
    .orderBy(sql`${roles.name} collate "C"`)
    .limit(count);
}

/** At most `count` permissions, in alphabetical order, beginning after `after`. */
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

/** The permissions of these names that exist. */
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

/** The difference between two lists of names. */
export interface NameChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** The difference between two lists of names; their order has no meaning. */
export function changeOf(before: readonly string[], after: readonly string[]): NameChange {
  return {
    added: after.filter((name) => !before.includes(name)),
    removed: before.filter((name) => !after.includes(name)),
  };
}

/** Whether any name is added or removed. */
export function isChange({ added, removed }: NameChange): boolean {
  return added.length > 0 || removed.length > 0;
}

/** Names as a `text[]`, in one parameter: the statement is the same for any number of them. */
export function textArray(names: readonly string[]): SQL {
  return sql`array(select jsonb_array_elements_text(${JSON.stringify(names)}::jsonb))`;
}
