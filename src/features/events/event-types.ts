/** The data of each event, as consumers receive it. `user_id` is in all of them. */
export interface EventData {
  "user.registered": { user_id: string; email: string };
  "user.logged_in": { user_id: string; email: string; ip_address: string | null };
  "user.email_verified": { user_id: string; email: string };
  "user.password_reset_requested": { user_id: string; email: string };
  "user.password_changed": { user_id: string; email: string };
  "user.email_changed": { user_id: string; email: string; previous_email: string };
  /** `fields` names what the update gave, by the names of the columns' wire form; the values are to be asked for. */
  "user.updated": { user_id: string; fields: readonly string[] };
  "user.deleted": { user_id: string; email: string };
}

/** The `event_type` of an event. */
export type EventType = keyof EventData;
