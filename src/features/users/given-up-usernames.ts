import { and, isNotNull, lte, type SQL, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { deleteBatch } from "../../platform/db/delete-batch.ts";
import { deleteRows, type Effect } from "../../platform/db/effects.ts";
import type { Context, Platform } from "../../platform/platform.ts";
import { administersUsers } from "./administers-users.ts";
import { usernames, users } from "./table.ts";

/** In a statement: the skeleton of a username. */
export function skeletonOf(username: string | SQL): SQL<string> {
  return sql`gatehouse_username_skeleton(${username})`;
}

/** In a statement on `usernames`: whether the actor may take a name that another account gave up. */
function isFreeFor(ctx: Context): SQL | undefined {
  return administersUsers(ctx.actor) ? isNotNull(usernames.releasedAt) : isReservedNoMore(ctx);
}

function isReservedNoMore({ clock, settings }: Platform): SQL {
  return lte(usernames.releasedAt, addSeconds(clock.now(), -settings.usernameQuarantineSeconds));
}

/**
 * The effect of ending the reservation of a given-up username that the statement gives to a user: of one whose time is over, and
 * for administrators of any. Of any other name the statement fails; `isUsernameTaken` recognises the error.
 */
export function endReservation(ctx: Context, username: string | SQL): Effect {
  const isNamed = sql`${usernames.skeleton} = ${skeletonOf(username)}`;
  return deleteRows(usernames, and(isNamed, isFreeFor(ctx)));
}

/** The same for the username that a user wants until the address is verified. */
export function endReservationOfWanted(ctx: Context, userId: string | SQL): Effect {
  const wanted = sql`(select "wanted_username" from ${users} as "wanting" where "wanting"."id" = ${userId})`;
  return endReservation(ctx, wanted);
}

/**
 * In an `UPDATE` of `users` that verifies the address: the username that the user wants, if no other account has it, a look-alike
 * of it, or a reservation. Of two users who get it at the same time, the later one fails (`isUsernameTaken`).
 */
export function grantedUsername(ctx: Context): SQL {
  const wanted = users.wantedUsername;
  return sql`coalesce(${users.username}, (select ${wanted} where not exists (
    select from ${usernames} where ${usernames.skeleton} = ${skeletonOf(sql`${wanted}`)}
    and ${usernames.userId} <> ${users.id} and (${isFreeFor(ctx)}) is not true)
  and not exists (
    select from ${users} as "other"
    where lower("other"."username") = lower(${wanted}) and "other"."deleted_at" is null)))`;
}

/** Deletes a batch of usernames whose reservation is over. */
export function deleteEndedReservations(platform: Platform, now: Date): Promise<number> {
  const before = addSeconds(now, -platform.settings.usernameQuarantineSeconds);
  return deleteBatch(platform.db, usernames, { since: usernames.releasedAt, before });
}
