import { type SQL, sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Effect } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { eventDeliveries, eventDestinations, events } from "./table.ts";

/** Which events are sent again. */
export interface ReplayFilter {
  /** Only events written since. */
  readonly since: Date | null;
  /** Only events of this type. */
  readonly type: string | null;
  /** Only deliveries that failed for the last time. Otherwise every event that is still there, delivered before or not. */
  readonly isDeadOnly: boolean;
  /** Only to this destination, otherwise to every one that is enabled. */
  readonly destinationId: string | null;
}

/** The effect of recording a replay of so many deliveries. */
export type RecordReplay = (count: SQL<number>) => Effect;

/** The maximum of events that one statement replays, so that it keeps its row locks for a short time. */
const batchSize = 1000;

/**
 * Sends events again, with the same ids and in each user's order, and gives the number of deliveries. Those that are pending stay
 * as they are. Secrets that were deleted are left out. Each batch is recorded. Throws `NOT_FOUND` for an unknown destination,
 * `CONFLICT` for one that is disabled.
 */
export async function replayEvents(
  ctx: Context,
  filter: ReplayFilter,
  record: RecordReplay,
): Promise<number> {
  if (filter.destinationId !== null) await assertEnabled(ctx, filter.destinationId);
  let total = 0;
  let after: string | null = null;
  do {
    const batch: ReplayedBatch = await replayBatch(ctx, filter, { record, after });
    total += batch.count;
    after = batch.lastId;
  } while (after !== null);
  return total;
}

async function assertEnabled(ctx: Context, id: string): Promise<void> {
  const [found] = await ctx.db
    .select({ disabledAt: eventDestinations.disabledAt })
    .from(eventDestinations)
    .where(sql`${eventDestinations.id} = ${id}`);
  if (!found) throw new AppError("NOT_FOUND", "There is no such destination.");
  if (found.disabledAt) throw new AppError("CONFLICT", "The destination is disabled.");
}

interface ReplayedBatch {
  readonly count: number;
  /** The last event of a full batch; null if there are no more. */
  readonly lastId: string | null;
}

async function replayBatch(
  ctx: Context,
  { since, type, isDeadOnly, destinationId }: ReplayFilter,
  { record, after }: { record: RecordReplay; after: string | null },
): Promise<ReplayedBatch> {
  const now = sql`${sql.param(ctx.clock.now(), eventDeliveries.availableAt)}::timestamptz`;
  // A condition of its own, for which the index of the dead is read and not every event.
  const hasDead = sql`and event.id in (
    select delivery.event_id from ${eventDeliveries} as delivery where delivery.dead_at is not null and delivery.status = 'dead')`;
  const chosen = sql`
    select event.id, event.type, event.user_id, event.position from ${events} as event
    where (${after}::uuid is null or event.id > ${after}::uuid)
      and (${since === null ? null : sql.param(since, events.createdAt)}::timestamptz is null
        or event.created_at >= ${since === null ? null : sql.param(since, events.createdAt)}::timestamptz)
      and (${type}::text is null or event.type = ${type}::text) and event.type <> 'webhook.test'
      ${isDeadOnly ? hasDead : sql``}
    order by event.id limit ${sql.raw(String(batchSize))}`;
  const replayed = sql`
    insert into ${eventDeliveries} as delivery (event_id, destination_id, key, position, available_at)
    select chosen.id, destination.id, chosen.user_id, chosen.position, ${now}
    from chosen join ${eventDestinations} as destination on destination.disabled_at is null
      and case when starts_with(chosen.type, 'audit.') then destination.is_audit_stream
        else destination.types is null or chosen.type = any(destination.types) end
      and (${destinationId}::text is null or destination.id = ${destinationId}::text)
    where not ${isDeadOnly}::boolean or exists (
      select from ${eventDeliveries} as earlier
      where earlier.event_id = chosen.id and earlier.destination_id = destination.id and earlier.status = 'dead')
    on conflict (event_id, destination_id) do update
      set status = 'pending', available_at = excluded.available_at, attempts = 0,
        last_error = null, response_status = null, delivered_at = null, dead_at = null
      where delivery.status = 'dead' or (delivery.status = 'delivered' and not ${isDeadOnly}::boolean)
    returning 1 as one`;
  const chosenRows = ctx.db.$with("chosen", { id: sql<string>`id`.as("id") }).as(chosen);
  const replayedRows = ctx.db.$with("replayed", { one: sql<number>`one`.as("one") }).as(replayed);
  const query = ctx.db
    .select({
      count: sql<number>`(select count(*)::integer from replayed)`.as("count"),
      lastId: sql<string>`(array_agg(id order by id desc))[1]`.as("last_id"),
      size: sql<number>`count(*)::integer`.as("size"),
    })
    .from(chosenRows)
    .having(sql`count(*) > 0`);
  const [row] = await commit(
    ctx,
    { with: [chosenRows, replayedRows], writes: { table: eventDeliveries, kind: "change" }, query },
    ({ count }) => [record(count)],
  );
  if (!row) return { count: 0, lastId: null };
  return { count: row.count, lastId: row.size === batchSize ? row.lastId : null };
}
