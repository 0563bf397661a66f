import { and, inArray, notInArray, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { batchSize } from "../../platform/db/delete-batch.ts";
import type { Platform } from "../../platform/platform.ts";
import { configuredDestinations, settingDestinations } from "./configured-destinations.ts";
import { deleteAbandonedDeliveries } from "./delete-expired.ts";
import { eventDestinations } from "./table.ts";

/** A destination that no replica has announced for so long is removed. It is longer than a rolling change takes to reach the next replica. */
const unannouncedSeconds = 600;
/** An announcement that is younger is not written again. */
const freshSeconds = 30;

/**
 * Announces the destinations of this replica's settings, and removes those that no replica has announced for ten minutes, with
 * their undelivered events. After a stop of all replicas the ten minutes begin with the start of this one, `startedAt`.
 */
export async function announceDestinations(
  ctx: Platform,
  startedAt: Date,
  stopping?: AbortSignal,
): Promise<void> {
  const configured = configuredDestinations(ctx.settings);
  if (configured.length > 0) await announce(ctx, configured);
  const limit = addSeconds(ctx.clock.now(), -unannouncedSeconds);
  if (startedAt > limit) return;
  const before = sql`${sql.param(limit, eventDestinations.announcedAt)}::timestamptz`;
  const removed = await ctx.db
    .delete(eventDestinations)
    .where(
      and(
        inArray(eventDestinations.id, [...settingDestinations]),
        notInArray(eventDestinations.id, configured),
        sql`coalesce(${eventDestinations.announcedAt}, ${eventDestinations.createdAt}) < ${before}`,
      ),
    )
    .returning({ id: eventDestinations.id });
  for (const { id } of removed) {
    ctx.log.warn({ destination: id }, "event destination removed, with its undelivered events");
  }
  if (removed.length > 0) await deleteDeliveries(ctx, stopping);
}

async function announce({ db, clock }: Platform, configured: readonly string[]): Promise<void> {
  const now = clock.now();
  const before = sql`${sql.param(addSeconds(now, -freshSeconds), eventDestinations.announcedAt)}::timestamptz`;
  await db
    .insert(eventDestinations)
    .values(configured.map((id) => ({ id, kind: id, createdAt: now, announcedAt: now })))
    .onConflictDoUpdate({
      target: eventDestinations.id,
      set: { announcedAt: sql`excluded.announced_at` },
      setWhere: sql`coalesce(${eventDestinations.announcedAt} < ${before}, true)`,
    });
}

/** If it is stopped, the retention job deletes the rest. */
async function deleteDeliveries(ctx: Platform, stopping?: AbortSignal): Promise<void> {
  let count: number;
  do {
    count = await deleteAbandonedDeliveries(ctx.db, ctx.clock.now());
  } while (count === batchSize && stopping?.aborted !== true);
}
