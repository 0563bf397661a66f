import { type SQL, sql } from "drizzle-orm";

import { countedRows, searchedRows } from "../../platform/outbox/backlog.ts";
import { eventDeliveries, eventDestinations, events } from "./table.ts";

/** The name under which the webhooks of the API are counted together: there may be any number of them. */
export const webhooksOfTheApi = "api-webhooks";

/**
 * Rows of `queue`, `name`, `waiting`, `dead` and `oldest_at` for each destination of the settings, and one for the webhooks of
 * the API. Only indexes of pending and of dead deliveries are read.
 */
export function eventBacklog(): SQL {
  const rows = sql.raw(String(countedRows));
  const isPending = sql`${eventDeliveries.destinationId} = ${eventDestinations.id} and ${eventDeliveries.status} = 'pending'`;
  const ofDestination = sql`select
    (case when length(${eventDestinations.id}) = 36 then ${sql.raw(`'${webhooksOfTheApi}'`)} else ${eventDestinations.id} end) as name,
    (select count(*) from (select from ${eventDeliveries} where ${isPending} limit ${rows}) as counted) as waiting,
    (select count(*) from (select ${eventDeliveries.destinationId} from ${eventDeliveries}
      where ${eventDeliveries.deadAt} is not null limit ${rows}) as dead
      where dead.destination_id = ${eventDestinations.id}) as dead,
    (select min(${events.createdAt}) from ${events} where ${events.id} in (select ${eventDeliveries.eventId}
      from ${eventDeliveries} where ${isPending} order by ${eventDeliveries.availableAt}, ${eventDeliveries.position}
      limit ${sql.raw(String(searchedRows))})) as oldest_at
    from ${eventDestinations}`;
  return sql`select 'events' as queue, name, sum(waiting), sum(dead), min(oldest_at)
    from (${ofDestination}) as destinations group by name`;
}
