import { type SQL, sql } from "drizzle-orm";

import { changeChannel } from "../../platform/db/change-feed.ts";

/**
 * Wakes the relays of all replicas for a destination, once the statement is committed. Deliveries that are inserted do so by a
 * trigger; this is for those that are due again.
 */
export function wakeRelays(destinationId: string | SQL): SQL<string> {
  return sql<string>`pg_notify(${changeChannel}::text, 'events:' || ${destinationId}::text)::text`;
}
