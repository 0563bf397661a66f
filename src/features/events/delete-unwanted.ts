import { deleteWaitingMessages } from "../../platform/outbox/delete-expired.ts";
import type { Platform } from "../../platform/platform.ts";
import { eventTopic } from "./record-event.ts";

/** Deletes a batch of the events that were recorded for a destination which no longer exists, or by an earlier version for none. */
export async function deleteUnwantedEvents(ctx: Platform, now: Date): Promise<number> {
  return ctx.eventsWanted ? 0 : deleteWaitingMessages(ctx.db, eventTopic, now);
}
