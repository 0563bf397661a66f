import { type SQL, sql } from "drizzle-orm";

import { constant } from "../../platform/db/constant.ts";
import { type Effect, insertRow, when } from "../../platform/db/effects.ts";
import { type Computed, isComputed, jsonObject } from "../../platform/db/json-object.ts";
import type { ParameterSource, QueryValue } from "../../platform/db/prepared-query.ts";
import type { Context } from "../../platform/platform.ts";
import type { EventData, EventType } from "./catalogue.ts";
import { eventDestinations, events } from "./table.ts";

/** What wakes the relays of this process. */
export const eventTopic = "event";

/** Members of an event's data that are stored encrypted. After `expiresAt` they are worthless, and left out. */
export interface EventSecrets {
  readonly values: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

/**
 * The effect of recording an event, for a change that returns one row. A trigger of the table writes a delivery for every
 * destination that the database has at that time; without one that wants the type nothing is written. Values may be columns of
 * the change's row.
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
  return recordEventRow((read) => read(ctx), type, data, { id, ...sealed });
}

/** The same for a prepared query: id and time are read from the context with which it is sent. */
export function recordEventOf<T extends EventType>(
  contexts: ParameterSource<Context>,
  type: T,
  data: Computed<EventData<T>>,
): readonly Effect[] {
  const id = contexts((ctx) => ctx.random.id(ctx.clock.now()));
  return recordEventRow(contexts, type, data, { id });
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
): readonly Effect[] {
  const timestamp = contexts((ctx) => ctx.clock.now().toISOString());
  const row = {
    ...columns,
    type: constant(type),
    userId: data.user_id,
    payload: jsonObject({
      event_type: type,
      timestamp: typeof timestamp === "string" ? timestamp : sql`${timestamp}::text`,
      data: isComputed(data) ? jsonObject(data) : data,
    }),
    createdAt: contexts((ctx) => ctx.clock.now()),
  };
  const isWanted = sql`exists (select from ${eventDestinations} where ${wants(type)})`;
  const record = { ...insertRow(events, row), wakes: eventTopic };
  return when(isWanted, [record]);
}

/** In a statement on the destinations: those that get an event of this type. */
function wants(type: EventType): SQL {
  return sql`${eventDestinations.disabledAt} is null
    and (${eventDestinations.types} is null or ${constant(type)} = any(${eventDestinations.types}))`;
}
