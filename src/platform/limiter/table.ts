import { eq, or, type SQL, sql } from "drizzle-orm";
import { index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

import { timestamp } from "../db/columns.ts";

/** The counts of all limits, by limit and source. A row is void after `expires_at`. */
export const limitCounts = pgTable(
  "limit_counts",
  {
    limitName: text("limit_name").notNull(),
    source: text("source").notNull(),
    /** The points of the present window, or the failures of the present series. */
    points: integer("points").notNull(),
    /** All failures since the last success; 0 for a limit with a window. */
    total: integer("total").notNull(),
    /** How often the source was blocked since the last success. */
    blocks: integer("blocks").notNull(),
    windowEndsAt: timestamp("window_ends_at").notNull(),
    /** Set while the limit is exceeded. */
    blockedUntil: timestamp("blocked_until"),
    expiresAt: timestamp("expires_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.limitName, table.source] }),
    index("limit_counts_expires_index").on(table.expiresAt),
  ],
);

/** Whether a row counts this source, or what is counted under it: `<source> …`, such as a known device of an account. */
export function isUnder(source: string): SQL | undefined {
  return or(
    eq(limitCounts.source, source),
    sql`starts_with(${limitCounts.source}, ${`${source} `})`,
  );
}
