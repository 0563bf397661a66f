import { type Effect, followed, insertRow } from "../../platform/db/effects.ts";
import { jsonObject } from "../../platform/db/json-object.ts";
import type { Context } from "../../platform/platform.ts";
import type { EventData } from "./catalogue.ts";
import { eventTopic } from "./record-event.ts";
import { eventDeliveries, events } from "./table.ts";

/** The type of such events. The trigger of `events` writes no deliveries for it: another type would go to all destinations. */
const singleType = "webhook.test";

/** An event for one destination. */
export interface SingleEvent {
  readonly id: string;
  readonly data: EventData<typeof singleType>;
  readonly destinationId: string;
}

/**
 * The effect of recording an event for one destination alone, whatever types that gets. It is delivered without regard to the
 * order of the user's other events: it waits for none of them, and none waits for it.
 */
export function recordEventFor(ctx: Context, { id, data, destinationId }: SingleEvent): Effect {
  const now = ctx.clock.now();
  const type = singleType;
  const payload = jsonObject({ event_type: type, timestamp: now.toISOString(), data });
  const event = insertRow(events, { id, type, userId: data.user_id, payload, createdAt: now });
  const written = { id: events.id, position: events.position };
  const record = followed(event, written, (row) => [
    insertRow(eventDeliveries, {
      eventId: row.id,
      destinationId,
      key: row.id,
      position: row.position,
      availableAt: now,
    }),
  ]);
  return { ...record, wakes: eventTopic };
}
