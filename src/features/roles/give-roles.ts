import { sql } from "drizzle-orm";

import type { Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { userRoles } from "../users/index.ts";
import { textArray } from "./name-change.ts";

/** The effect of giving these roles to the users whose `id` is in the change's rows. */
export function giveRoles(ctx: Context, names: readonly string[]): Effect {
  const now = sql`${sql.param(ctx.clock.now(), userRoles.createdAt)}::timestamptz`;
  return (row) => sql`
    insert into ${userRoles} ("user_id", "role", "created_at")
    select "id", unnest(${textArray(names)}), ${now} from ${row}`;
}
