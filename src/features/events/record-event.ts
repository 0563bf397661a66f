import { type SQL, sql } from "drizzle-orm";

import { type Columns, type Effect, followed, insertRow, when } from "../../platform/db/effects.ts";
import { type Computed, jsonObject } from "../../platform/db/json-object.ts";
import type { ParameterSource, QueryValue } from "../../platform/db/prepared-query.ts";
import type { Context } from "../../platform/platform.ts";
import type { EventData, EventType } from "./catalogue.ts";
import { eventDeliveries, eventDestinations, events } from "./table.ts";

/** What wakes the relays of this process. */
export const eventTopic = "event";

/** Members of an event's data that are stored encrypted. After `expiresAt` they are worthless, and left out. */
export interface EventSecrets {
  readonly values: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

/**
 * The effect of recording an event, for a change that returns one row: the event, and a delivery for every destination that the
 * database has at that time. Without one that wants the type nothing is written. Values may be columns of the change's row.
 */
export function recordEvent<T extends EventType>(
  ctx: Context,
  type: T,
  data: Computed<EventData<T>>,
  secrets?: EventSecrets,
): readonly Effect[] {
  const id = ctx.random.id(ctx.clock.now());
  const sealed = secrets
    ? {
        sealed: ctx.secrets.seal(JSON.stringify(secrets.values), {
          column: events.sealed,
          row: id,
        }),
        sealedUntil: secrets.expiresAt,
      }
    : {};
  return [recordEventRow((read) => read(ctx), type, data, { id, ...sealed })];
}

/** The same for a prepared query: id and time are read from the context with which it is sent. */
export function recordEventOf<T extends EventType>(
  contexts: ParameterSource<Context>,
  type: T,
  data: Computed<EventData<T>>,
): readonly Effect[] {
  const id = contexts((ctx) => ctx.random.id(ctx.clock.now()));
  return [recordEventRow(contexts, type, data, { id })];
}

function recordEventRow(
  contexts: ParameterSource<Context>,
  type: EventType,
  data: Readonly<Record<string, unknown>> & { readonly user_id: string | SQL },
  columns: {
    readonly id: QueryValue<string>;
    readonly sealed?: string;
    readonly sealedUntil?: Date;
  },
): Effect {
  const timestamp = contexts((ctx) => ctx.clock.now().toISOString());
  const row = {
    ...columns,
    type,
    userId: data.user_id,
    payload: sql`jsonb_build_object('event_type', ${type}::text, 'timestamp', ${timestamp}::text, 'data', ${jsonObject(data)})`,
    createdAt: contexts((ctx) => ctx.clock.now()),
  };
  const written = {
    id: events.id,
    userId: events.userId,
    position: events.position,
    createdAt: events.createdAt,
  };
  const isWanted = sql`exists (select from ${eventDestinations} where ${wants(type)})`;
  const record = followed(insertRow(events, row), written, (event) => [deliver(type, event)]);
  const [effect = record] = when(isWanted, [record]);
  return { ...effect, wakes: eventTopic };
}

type WrittenEvent = Pick<typeof events.$inferSelect, "id" | "userId" | "position" | "createdAt">;

/** A delivery of the event to each destination that wants it. If an earlier one of the user has failed, it is due when that is. */
function deliver(
  type: EventType,
  { id, userId, position, createdAt }: Columns<WrittenEvent>,
): Effect {
  // The first entry of an index from there on: a planner without statistics reads the whole backlog for an equal key.
  const failedUntil = sql`(
    select case when head.destination_id = ${eventDestinations.id} and head.key = ${userId} and head.last_error is not null
      then head.available_at end
    from ${eventDeliveries} as head
    where head.status = 'pending' and (head.destination_id, head.key) >= (${eventDestinations.id}, ${userId})
    order by head.destination_id, head.key, head.position, head.event_id limit 1)`;
  return {
    write: { table: eventDeliveries, kind: "insert" },
    query: ({ from }) => sql`
      insert into ${eventDeliveries} (event_id, destination_id, key, position, available_at)
      select ${id}, ${eventDestinations.id}, ${userId}, ${position}, greatest(${createdAt}, ${failedUntil})
      from ${from}, ${eventDestinations} where ${wants(type)}`,
  };
}

/** In a statement on the destinations: those that get an event of this type. */
function wants(type: EventType): SQL {
  return sql`${eventDestinations.disabledAt} is null
    and (${eventDestinations.types} is null or ${type}::text = any(${eventDestinations.types}))`;
}
