import { type SQL, sql } from "drizzle-orm";

import { builtInPermissions } from "./permissions.ts";
import { permissions, rolePermissions, roles, userRoles } from "./table.ts";
import { adminRole, baseRole } from "./user-with-roles.ts";

const builtIn = JSON.stringify(
  Object.fromEntries(builtInPermissions.map(({ name, description }) => [name, description])),
);

/** In a `from`: every permission, built in or the operator's own, with its `name` and `description`. */
export const everyPermission = sql`(
  select "key" as "name", "value" as "description" from jsonb_each_text(${builtIn}::jsonb)
  union all
  select "name", "description" from ${permissions} where not jsonb_exists(${builtIn}::jsonb, "name")
) as "every_permission"`;

/** Alphabetical in any language of the database, so that a list is the same in every installation. */
const inOrder = sql`order by "name" collate "C"`;

/** A column of a statement on `users`: the permissions of `user`, which every user has, and of the user's other roles. */
export const heldPermissions = permissionsOf(
  sql`select "role" from ${userRoles} where "user_id" = "users"."id" union all select ${baseRole}`,
).as("permissions");

/** The same without those that the user has only by roles that require a second factor. */
export const heldWithoutMfa = permissionsOf(sql`
  select "name" from ${roles} where not "require_mfa" and ("name" = ${baseRole} or "name" in (
    select "role" from ${userRoles} where "user_id" = "users"."id"))`).as(
  "permissions_without_mfa",
);

/** The permissions of the roles that a query gives as `role`. */
function permissionsOf(names: SQL): SQL<string[]> {
  return sql`array(
    with "own" ("role") as (${names})
    select "name" from (
      select "permission" as "name" from ${rolePermissions} where "role" in (select "role" from "own")
      union
      select "name" from ${everyPermission} where exists (select from "own" where "role" = ${adminRole})
    ) as "held" ${inOrder})`;
}

/** A column of a statement on `roles`: the permissions of a role. */
export const allowedPermissions = sql<string[]>`array(
  select "name" from (
    select "permission" as "name" from ${rolePermissions} where "role" = "roles"."name"
    union
    select "name" from ${everyPermission} where "roles"."name" = ${adminRole}
  ) as "allowed" ${inOrder})`.as("permissions");
