import { sql, type SQL } from "drizzle-orm";

import type { Effect } from "../../platform/db/effects.ts";
import { violatedForeignKey } from "../../platform/db/errors.ts";
import { rowVersion } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import type { RoleReading } from "./queries.ts";
import { roles as rolesTable, userRoles } from "./table.ts";

/**
 * The effect of giving these roles to a user, as long as each role is as it was read. A role that is not counts as deleted, also
 * if another one has its name now: `isRoleGone` then recognises the error.
 */
export function giveRoles(
  ctx: Context,
  userId: string | SQL,
  roles: readonly RoleReading[],
): Effect {
  const now = sql`${sql.param(ctx.clock.now(), userRoles.createdAt)}::timestamptz`;
  const read = JSON.stringify(roles.map(({ name, version }) => ({ name, version })));
  return {
    write: { table: userRoles, kind: "insert" },
    query: ({ from }) => sql`
      with "read" as (
        select * from jsonb_to_recordset(${read}::jsonb) as "read" ("name" text, "version" text)
      ), "unchanged" as (
        select "name" from ${rolesTable} where ("name", ${rowVersion(rolesTable)}) in (select * from "read")
        for key share
      )
      insert into ${userRoles} ("user_id", "role", "created_at")
      select ${userId}::uuid, coalesce("unchanged"."name", ${noRole}), ${now}
      from ${from}, "read" left join "unchanged" using ("name")`,
  };
}

/** Whether an error says that a role was deleted, or changed, since it was read: then nothing was written. */
export function isRoleGone(error: unknown): boolean {
  return violatedForeignKey(error) === "user_roles_role_roles_name_fk";
}

/** Not the name of a role. */
const noRole = "";
