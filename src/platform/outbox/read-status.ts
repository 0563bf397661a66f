import { count, isNotNull, isNull, sql, type SQL } from "drizzle-orm";

import type { Db } from "../db/port.ts";
import { outbox } from "./table.ts";

/** The undelivered messages of one topic, without their content. */
export interface TopicStatus {
  readonly topic: string;
  /** Neither delivered nor dead. Includes the next two. */
  readonly waiting: number;
  /** Those that are due. */
  readonly due: number;
  /** Those that failed, and will be tried again. */
  readonly retrying: number;
  /** Those that failed for the last time, and are not tried again. */
  readonly dead: number;
  /** When the oldest waiting message was written. */
  readonly oldestAt: Date | null;
  /** The error of the newest message that failed, also a dead one. */
  readonly lastError: string | null;
}

/** The status of delivery for each topic. Delivered messages are not counted. */
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
