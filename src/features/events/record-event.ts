import { sql, type SQL } from "drizzle-orm";

import { type Computed, jsonObject } from "../../platform/db/json-object.ts";
import type { Effect } from "../../platform/db/write.ts";
import { enqueue } from "../../platform/outbox/enqueue.ts";
import type { Context } from "../../platform/platform.ts";
import type { EventData, EventType } from "./event-types.ts";

/** The outbox topic of events. */
export const eventTopic = "event";

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
      topic: eventTopic,
      key: data.user_id,
      payload: sql`${JSON.stringify(event)}::jsonb || jsonb_build_object('data', ${jsonObject(data)})`,
      ...(options.secrets ? { secrets: options.secrets } : {}),
    },
    options.when,
  );
}
