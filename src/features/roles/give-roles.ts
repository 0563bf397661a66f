import { sql } from "drizzle-orm";

import { violatedForeignKey } from "../../platform/db/errors.ts";
import { rowVersion } from "../../platform/db/row-version.ts";
import type { Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { roles as rolesTable, userRoles } from "./table.ts";
import type { RoleReading } from "./queries.ts";

/**
 * The effect of giving these roles to the users whose `id` is in the change's rows, for as long as each is what it was when
 * it was read. One that is not counts as deleted, also where another has its name: `isRoleGone` then tells the error.
 */
export function giveRoles(ctx: Context, roles: readonly RoleReading[]): Effect {
  const now = sql`${sql.param(ctx.clock.now(), userRoles.createdAt)}::timestamptz`;
  const judged = JSON.stringify(roles.map(({ name, version }) => ({ name, version })));
  return (row) => sql`
    with "judged" as (
      select * from jsonb_to_recordset(${judged}::jsonb) as "judged" ("name" text, "version" text)
    ), "unchanged" as (
      select "name" from ${rolesTable} where ("name", ${rowVersion(rolesTable)}) in (select * from "judged")
      for key share
    )
    insert into ${userRoles} ("user_id", "role", "created_at")
    select "id", coalesce("unchanged"."name", ${noRole}), ${now}
    from ${row}, "judged" left join "unchanged" using ("name")`;
}

/** Whether an error says that a role was deleted, or changed, since it was read: then nothing was written. */
export function isRoleGone(error: unknown): boolean {
  return violatedForeignKey(error) === "user_roles_role_roles_name_fk";
}

/** Not the name of a role. */
const noRole = "";
