import { gte, type SQL, sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Effect } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { eventDeliveries, eventDestinations, events } from "./table.ts";
import { wakeRelays } from "./wake-relays.ts";

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
  let after = await findStart(ctx, filter);
  while (after !== null) {
    const batch = await replayBatch(ctx, filter, { record, after });
    total += batch.count;
    after = batch.last;
  }
  return total;
}

/** A place in the order of the events. */
interface Place {
  readonly position: number;
  readonly id: string;
}

const firstId = "00000000-0000-0000-0000-000000000000";

/** The place before the first event that may be replayed; null if there is none. */
async function findStart(ctx: Context, { since }: ReplayFilter): Promise<Place | null> {
  if (since === null) return { position: 0, id: firstId };
  // Of the aggregate itself the planner makes a search from the first position on, through the events before.
  const first = sql<number | null>`min(${events.position} + 0)`.mapWith(Number);
  const [row] = await ctx.db
    .select({ first, count: sql<number>`count(*)::integer` })
    .from(events)
    .where(gte(events.createdAt, since));
  return row && row.count > 0 && row.first !== null ? { position: row.first, id: firstId } : null;
}

/**
 * The next events of a replay, in their order. It reads the index of positions from the place on, or the dead deliveries: what
 * was written before the first event costs nothing.
 */
export function nextEvents(filter: ReplayFilter, { position, id }: Place): SQL {
  const { since, type, isDeadOnly } = filter;
  const time = since === null ? null : sql.param(since, events.createdAt);
  const isAfter = sql`(event.position, event.id) > (${position}::bigint, ${id}::uuid)`;
  const isChosen = sql`(${time}::timestamptz is null or event.created_at >= ${time}::timestamptz)
    and (${type}::text is null or event.type = ${type}::text) and event.type <> 'webhook.test'`;
  const dead = sql`
    select distinct delivery.event_id as id from ${eventDeliveries} as delivery
    where delivery.dead_at is not null and delivery.status = 'dead'`;
  return sql`
    select event.id, event.type, event.user_id, event.position
    from ${isDeadOnly ? sql`(${dead}) as dead join ${events} as event on event.id = dead.id` : sql`${events} as event`}
    where ${isAfter} and ${isChosen}
    order by event.position, event.id limit ${sql.raw(String(batchSize))}`;
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
  readonly last: Place | null;
}

async function replayBatch(
  ctx: Context,
  filter: ReplayFilter,
  { record, after }: { record: RecordReplay; after: Place },
): Promise<ReplayedBatch> {
  const { isDeadOnly, destinationId } = filter;
  const now = sql`${sql.param(ctx.clock.now(), eventDeliveries.availableAt)}::timestamptz`;
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
    returning delivery.destination_id`;
  const chosenRows = ctx.db
    .$with("chosen", { id: sql<string>`id`.as("id") })
    .as(nextEvents(filter, after));
  const replayedRows = ctx.db
    .$with("replayed", { destinationId: sql<string>`destination_id`.as("destination_id") })
    .as(replayed);
  const lastPosition = sql<number>`max(position)`.mapWith(Number).as("last_position");
  const woken = sql<number>`(
    select count(${wakeRelays(sql`destination_id`)})::integer from (select distinct destination_id from replayed) as due)`;
  const query = ctx.db
    .select({
      count: sql<number>`(select count(*)::integer from replayed)`.as("count"),
      lastPosition,
      lastId: sql<string>`(array_agg(id order by position desc, id desc))[1]`.as("last_id"),
      size: sql<number>`count(*)::integer`.as("size"),
      woken: woken.as("woken"),
    })
    .from(chosenRows)
    .having(sql`count(*) > 0`);
  const [row] = await commit(
    ctx,
    { with: [chosenRows, replayedRows], writes: { table: eventDeliveries, kind: "change" }, query },
    ({ count }) => [record(count)],
  );
  if (!row) return { count: 0, last: null };
  const last = { position: row.lastPosition, id: row.lastId };
  return { count: row.count, last: row.size === batchSize ? last : null };
}
