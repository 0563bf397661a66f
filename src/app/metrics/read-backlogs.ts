import { sql } from "drizzle-orm";

import { auditBacklog } from "../../features/audit/index.ts";
import { eventBacklog } from "../../features/events/index.ts";
import { withDeadline } from "../../platform/db/deadline.ts";
import { describeError } from "../../platform/db/errors.ts";
import { requestBudget } from "../../platform/db/statement-gate.ts";
import { outboxBacklog } from "../../platform/outbox/backlog.ts";
import { outbox } from "../../platform/outbox/table.ts";
import type { Platform } from "../../platform/platform.ts";

/** What waits in one queue. */
export interface Backlog {
  readonly queue: "outbox" | "events" | "audit";
  /** The topic or the destination; empty for the audit log. */
  readonly name: string;
  readonly waiting: number;
  /** Not tried again. */
  readonly dead: number;
  readonly oldestAt: Date | null;
}

/** Shorter than the timeout of any scraper, which is 10 s by default. */
const deadlineSeconds = 1;

/** Reads all backlogs in one statement; null if the database does not respond in time. Concurrent calls share the statement. */
export function createBacklogReader(
  platform: Pick<Platform, "dbForRequest" | "log">,
  topics: readonly string[],
): () => Promise<readonly Backlog[] | null> {
  let reading: Promise<readonly Backlog[] | null> | null = null;

  async function read(): Promise<readonly Backlog[] | null> {
    try {
      const db = platform.dbForRequest(requestBudget(deadlineSeconds));
      const queues = sql.join(
        [outboxBacklog(topics), eventBacklog(), auditBacklog()],
        sql` union all `,
      );
      const query = db
        .select({
          queue: sql<Backlog["queue"]>`queue`,
          name: sql<string>`name`,
          waiting: sql`waiting`.mapWith(Number),
          dead: sql`dead`.mapWith(Number),
          oldestAt: sql<Date | null>`oldest_at`.mapWith(outbox.createdAt),
        })
        .from(sql`(${queues}) as backlogs (queue, name, waiting, dead, oldest_at)`);
      return await withDeadline(query, deadlineSeconds);
    } catch (error) {
      // The metric `gatehouse_database_up` reports it, and `/health` as well.
      platform.log.debug(describeError(error), "backlogs not readable");
      return null;
    }
  }

  return () => {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
}
