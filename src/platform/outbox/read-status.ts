import { count, isNotNull, isNull, sql, type SQL } from "drizzle-orm";

import type { Db } from "../db/port.ts";
import { outbox } from "./table.ts";

/** What of one topic is still in the outbox undelivered. Nothing of any message's content. */
export interface TopicStatus {
  readonly topic: string;
  /** Neither delivered nor given up. The next two are among them. */
  readonly waiting: number;
  /** To be delivered by now. */
  readonly due: number;
  /** Failed before, and tried again later. */
  readonly retrying: number;
  /** Given up: nobody tries them again. */
  readonly dead: number;
  /** When the oldest one that waits was written. */
  readonly oldestAt: Date | null;
  /** Why the latest written of those that failed did, the dead ones among them. */
  readonly lastError: string | null;
}

/** How delivery stands, topic by topic. Delivered messages are not counted. */
export function readOutboxStatus(db: Db, now: Date): Promise<TopicStatus[]> {
  const isWaiting = isNull(outbox.deadAt);
  const isDue = sql`${isWaiting} and ${outbox.availableAt} <= ${sql.param(now, outbox.availableAt)}`;
  const hasFailed = isNotNull(outbox.lastError);
  return db
    .select({
      topic: outbox.topic,
      waiting: countOf(isWaiting),
      due: countOf(isDue),
      retrying: countOf(sql`${isWaiting} and ${hasFailed}`),
      dead: count(outbox.deadAt),
      oldestAt: sql`min(${outbox.createdAt}) filter (where ${isWaiting})`.mapWith(outbox.createdAt),
      lastError: sql<string | null>`(array_agg(${outbox.lastError} order by ${outbox.id} desc)
        filter (where ${hasFailed}))[1]`,
    })
    .from(outbox)
    .where(isNull(outbox.deliveredAt))
    .groupBy(outbox.topic)
    .orderBy(outbox.topic)
    .execute();
}

function countOf(condition: SQL): SQL<number> {
  return sql`count(*) filter (where ${condition})`.mapWith(Number);
}
