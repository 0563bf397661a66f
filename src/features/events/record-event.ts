import { sql, SQL } from "drizzle-orm";

import type { Effect } from "../../platform/db/write.ts";
import { enqueue } from "../../platform/outbox/enqueue.ts";
import type { Context } from "../../platform/platform.ts";
import type { EventData, EventType } from "./event-types.ts";

type Computed<T> = { readonly [K in keyof T]: T[K] | SQL };

/**
 * The effect of announcing an event to whoever listens: a message in the outbox whose id is the `event_id` on every
 * attempt. Values may be computed from the change's row; `secrets` join the data only when it is delivered.
 */
export function recordEvent<T extends EventType>(
  ctx: Context,
  type: T,
  data: Computed<EventData[T]>,
  options: { secrets?: Readonly<Record<string, string>>; when?: SQL } = {},
): Effect {
  const event = { event_type: type, timestamp: ctx.clock.now().toISOString() };
  return enqueue(
    ctx,
    {
      topic: "event",
      key: data.user_id,
      payload: sql`${JSON.stringify(event)}::jsonb || jsonb_build_object('data', ${jsonObject(data)})`,
      ...(options.secrets ? { secrets: options.secrets } : {}),
    },
    options.when,
  );
}

function jsonObject(values: Readonly<Record<string, unknown>>): SQL {
  const pairs = Object.entries(values).map(([key, value]) =>
    value instanceof SQL
      ? sql`${key}::text, ${value}`
      : sql`${key}::text, ${JSON.stringify(value)}::jsonb`,
  );
  return sql`jsonb_build_object(${sql.join(pairs, sql`, `)})`;
}
