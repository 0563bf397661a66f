import { sql } from "drizzle-orm";

import type { Effect } from "../../platform/db/effects.ts";
import { type Computed, jsonObject } from "../../platform/db/json-object.ts";
import { enqueue } from "../../platform/outbox/enqueue.ts";
import type { Context } from "../../platform/platform.ts";

/** The outbox topic of events. */
export const eventTopic = "event";

/** The data of each event, as consumers receive it. All of them have `user_id`. */
interface EventData {
  "user.registered": { user_id: string; email: string };
  "user.logged_in": { user_id: string; email: string; ip_address: string | null };
  "user.email_verified": { user_id: string; email: string };
  /** The password is refused on unknown devices for a while: too many sign-ins have failed. */
  "user.locked": { user_id: string; email: string; ip_address: string | null };
  "user.password_reset_requested": { user_id: string; email: string };
  "user.password_changed": { user_id: string; email: string };
  "user.email_changed": { user_id: string; email: string; previous_email: string };
  "user.identity_linked": { user_id: string; provider: string };
  "user.identity_unlinked": { user_id: string; provider: string };
  /** `fields` are the names of the updated fields in the API; consumers ask for the values. */
  "user.updated": { user_id: string; fields: readonly string[] };
  "user.deleted": { user_id: string; email: string };
  "user.restored": { user_id: string; email: string };
  /** `roles` are all roles of the user after the change. */
  "user.roles_changed": { user_id: string; roles: readonly string[] };
}

/**
 * The effect of recording an event: a message in the outbox whose id is the `event_id` on every attempt to deliver it. Values
 * may be columns of the change's row; `secrets` are added to the data when it is delivered. No effect without a destination.
 */
export function recordEvent<T extends keyof EventData>(
  ctx: Context,
  type: T,
  data: Computed<EventData[T]>,
  secrets?: Readonly<Record<string, string>>,
): readonly Effect[] {
  if (!ctx.eventsWanted) return [];
  const event = { event_type: type, timestamp: ctx.clock.now().toISOString() };
  const message = enqueue(ctx, {
    topic: eventTopic,
    key: data.user_id,
    payload: sql`${JSON.stringify(event)}::jsonb || jsonb_build_object('data', ${jsonObject(data)})`,
    ...(secrets ? { secrets } : {}),
  });
  return [message];
}
