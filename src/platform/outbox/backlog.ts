import { type SQL, sql } from "drizzle-orm";

import { outbox } from "./table.ts";

/** Of a longer backlog only so many rows are counted: reading it must stay cheap while it grows. */
export const countedRows = 10_000;
/** The oldest row is searched for among the first so many of a queue. */
export const searchedRows = 100;

/** Rows of `queue`, `name`, `waiting`, `dead` and `oldest_at` for each topic. Only indexes of undelivered messages are read. */
export function outboxBacklog(topics: readonly string[]): SQL {
  const names = sql.join(
    topics.map((topic) => sql`(${topic}::text)`),
    sql`, `,
  );
  const isWaiting = sql`${outbox.topic} = topics.name and ${outbox.deliveredAt} is null and ${outbox.deadAt} is null`;
  return sql`select 'outbox' as queue, topics.name,
    (select count(*) from (select from ${outbox} where ${isWaiting} limit ${sql.raw(String(countedRows))}) as counted) as waiting,
    (select count(*) from (select ${outbox.topic} from ${outbox} where ${outbox.deadAt} is not null
      limit ${sql.raw(String(countedRows))}) as dead where dead.topic = topics.name) as dead,
    (select min(created_at) from (select ${outbox.createdAt} from ${outbox} where ${isWaiting}
      order by ${outbox.turnAt}, ${outbox.id} limit ${sql.raw(String(searchedRows))}) as first) as oldest_at
    from (values ${names}) as topics (name)`;
}
