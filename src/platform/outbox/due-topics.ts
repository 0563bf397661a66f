import { sql } from "drizzle-orm";

import type { Db } from "../db/port.ts";
import { outbox } from "./table.ts";

/** Those of the topics that have a message which is due: one statement for all of them. */
export async function findDueTopics(
  db: Db,
  topics: readonly string[],
  now: Date,
): Promise<string[]> {
  const isDue = sql`${outbox.topic} = topics.name and ${outbox.deliveredAt} is null and ${outbox.deadAt} is null
    and ${outbox.availableAt} <= ${sql.param(now, outbox.availableAt)}`;
  const rows = await db
    .select({ name: sql<string>`topics.name` })
    .from(sql`unnest(${`{${topics.join(",")}}`}::text::text[]) as topics (name)`)
    .where(sql`exists (select from ${outbox} where ${isDue})`);
  return rows.map(({ name }) => name);
}
