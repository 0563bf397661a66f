import { sql } from "drizzle-orm";

import { jsonObject } from "../../platform/db/json-object.ts";
import { changedColumn, type Effect, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { userRoles } from "../roles/index.ts";
import { users } from "../users/index.ts";
import type { ImportedUser } from "./parse-user.ts";

/** A user, and the line that she stands in. */
export interface NumberedUser extends ImportedUser {
  readonly number: number;
}

/**
 * Makes the accounts of a batch, with their roles and a record each, in one statement. Gives the numbers of the lines whose
 * accounts were made; the others met an account or a username that is there.
 */
export async function writeBatch(
  ctx: Context,
  batch: readonly NumberedUser[],
): Promise<Set<number>> {
  const now = ctx.clock.now();
  const timestamp = sql`${sql.param(now, users.createdAt)}::timestamptz`;
  const rows = batch.map((user) => ({
    ...user,
    id: ctx.random.id(now),
    auditId: ctx.random.id(now),
  }));
  const line = ctx.db.$with("line", {}).as(sql`
    select * from json_to_recordset(${JSON.stringify(rows)}::json) as "line" (
      "number" integer, "id" uuid, "auditId" uuid, "email" text, "username" text, "name" text,
      "passwordHash" text, "isVerified" boolean, "isDisabled" boolean, "roles" text[])`);
  // An import mails nobody: no reminder is due.
  const created = ctx.db.$with("created", {}).as(sql`
    insert into ${users} (id, email, username, name, password_hash, email_verified_at, disabled_at,
      verify_reminders_sent, created_at, updated_at)
    select "id", "email", "username", "name", "passwordHash", case when "isVerified" then ${timestamp} end,
      case when "isDisabled" then ${timestamp} end, ${ctx.settings.verifyRemindersSeconds.length}::integer,
      ${timestamp}, ${timestamp}
    from "line" order by "number"
    on conflict do nothing returning id`);
  const imported = ctx.db
    .$with("imported", { number: sql<number>`"number"`.as("number") })
    .as(sql`select "line".* from "line" join "created" using ("id")`);
  const giveRoles: Effect = (changed) => sql`
    insert into ${userRoles} (user_id, role, created_at)
    select "id", "role", ${timestamp} from ${changed}, unnest("roles") as "role"`;
  const written = await withEffects(
    ctx.db,
    imported,
    [
      giveRoles,
      recordAudit(ctx, {
        id: changedColumn("auditId"),
        action: "user.created",
        result: "success",
        userId: changedColumn("id"),
        detail: jsonObject({
          by: "import",
          line: changedColumn("number"),
          roles: sql`to_jsonb("roles")`,
        }),
      }),
    ],
    [line, created],
  )
    .select({ number: imported.number })
    .from(imported);
  return new Set(written.map(({ number }) => number));
}
