import { and, eq, type SQL, sql } from "drizzle-orm";

import { type Effect, updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";
import { isOpen } from "./queries.ts";
import { sessions } from "./table.ts";

/** The session that replaces another one in a browser. */
export interface Successor {
  readonly id: string;
  readonly userId: string;
}

/**
 * The effect of ending the sessions that clients were granted in the session `endedId` with its successor from now on, if both are
 * of the same user. It runs with the end of that session: no client's session is left in an ended one if the process stops.
 */
export function moveClientSessions(ctx: Context, endedId: SQL, successor: Successor): Effect {
  const moved = { parentSessionId: successor.id };
  return updateRows(sessions, moved, wasGrantedIn(ctx, endedId, successor), "moved");
}

/**
 * Moves the sessions of clients that the effect did not see. A client's session is opened with a lock on the row of the other: this
 * statement begins after the end, and sees all of them.
 */
export async function moveLateClientSessions(
  ctx: Context,
  endedId: string,
  successor: Successor,
): Promise<void> {
  // The user is locked first, as by every change of several sessions.
  const locked = ctx.db
    .$with("owner")
    .as(
      ctx.db
        .select({ ownerId: users.id })
        .from(users)
        .where(eq(users.id, successor.userId))
        .for("no key update"),
    );
  await ctx.db
    .with(locked)
    .update(sessions)
    .set({ parentSessionId: successor.id })
    .from(locked)
    .where(
      and(eq(sessions.userId, locked.ownerId), wasGrantedIn(ctx, sql`${endedId}::uuid`, successor)),
    );
}

function wasGrantedIn(ctx: Context, endedId: SQL, { userId }: Successor): SQL | undefined {
  return and(
    eq(sessions.userId, userId),
    sql`${sessions.parentSessionId} = ${endedId}`,
    isOpen(ctx.clock.now()),
  );
}
