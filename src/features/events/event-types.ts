/** The data of each event, as consumers receive it. `user_id` is in all of them. */
export interface EventData {
  "user.registered": { user_id: string; email: string };
  "user.logged_in": { user_id: string; email: string; ip_address: string | null };
  "user.email_verified": { user_id: string; email: string };
}

/** The `event_type` of an event. */
export type EventType = keyof EventData;
