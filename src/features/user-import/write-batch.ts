import { eq, sql } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import { insertRow } from "../../platform/db/effects.ts";
import { jsonObject } from "../../platform/db/json-object.ts";
import { untilWritten } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { userRoles } from "../roles/index.ts";
import { endReservation, isUsernameTaken, skeletonOf, usernames, users } from "../users/index.ts";
import type { ImportedUser } from "./parse-user.ts";

/** A user and the number of their line. */
export interface NumberedUser extends ImportedUser {
  readonly number: number;
}

/**
 * Creates the accounts of a batch, with their roles and an audit row each, in one statement. Gives the numbers of the lines whose
 * accounts were created; for the others, an account has the address already, or the username or a look-alike of it.
 */
export function writeBatch(ctx: Context, batch: readonly NumberedUser[]): Promise<Set<number>> {
  return untilWritten(async () => {
    try {
      return await write(ctx, batch);
    } catch (error) {
      // Another user got a username of the batch while the statement ran. Nothing was written; sent again, it sees that.
      if (!isUsernameTaken(error)) throw error;
      return null;
    }
  });
}

async function write(ctx: Context, batch: readonly NumberedUser[]): Promise<Set<number>> {
  const now = ctx.clock.now();
  const timestamp = sql`${sql.param(now, users.createdAt)}::timestamptz`;
  const rows = batch.map((user) => ({
    ...user,
    id: user.id ?? ctx.random.id(now),
    createdAt: user.createdAt ?? now,
    auditId: ctx.random.id(now),
  }));
  const line = ctx.db.$with("line", {
    id: sql<string>`"id"`.as("id"),
    auditId: sql<string>`"auditId"`.as("auditId"),
    number: sql<number>`"number"`.as("number"),
    username: sql<string | null>`"username"`.as("username"),
    roles: sql<string[]>`"roles"`.as("roles"),
  }).as(sql`
      select * from json_to_recordset(${JSON.stringify(rows)}::json) as "line" (
        "number" integer, "id" uuid, "auditId" uuid, "email" text, "username" text, "name" text, "phone" text,
        "avatarUrl" text, "locale" text, "metadata" jsonb, "passwordHash" text, "isVerified" boolean,
        "isDisabled" boolean, "roles" text[], "createdAt" timestamptz)`);
  // An import sends no mail: no reminder is due.
  const created = ctx.db.$with("created", { createdId: sql<string>`"createdId"`.as("createdId") })
    .as(sql`
      insert into ${users} (id, email, username, name, phone, avatar_url, locale, metadata, password_hash,
        email_verified_at, disabled_at, verify_reminders_sent, created_at, updated_at)
      select "id", "email", "username", "name", "phone", "avatarUrl", "locale", "metadata", "passwordHash",
        case when "isVerified" then ${timestamp} end, case when "isDisabled" then ${timestamp} end,
        ${ctx.settings.verifyRemindersSeconds.length}::integer, "createdAt", ${timestamp}
      from "line" where not exists (
        select from ${usernames} where ${usernames.skeleton} = ${skeletonOf(sql`"line"."username"`)}
        and ${usernames.releasedAt} is null)
      order by "number"
      on conflict do nothing returning id as "createdId"`);
  const { id, auditId, number, username, roles } = line;
  const query = ctx.db
    .select({ id, auditId, number, username, roles })
    .from(line)
    .innerJoin(created, eq(id, created.createdId));
  const written = await commit(
    ctx,
    { with: [line, created], writes: { table: users, kind: "insert" }, query },
    (user) => [
      endReservation(ctx, user.username),
      insertRow(userRoles, {
        userId: user.id,
        role: sql`unnest(${user.roles})`,
        createdAt: now,
      }),
      recordAudit(ctx, {
        id: user.auditId,
        action: "user.created",
        result: "success",
        userId: user.id,
        detail: jsonObject({
          by: "import",
          line: user.number,
          roles: sql`to_jsonb(${user.roles})`,
        }),
      }),
    ],
  );
  return new Set(written.map((user) => user.number));
}
