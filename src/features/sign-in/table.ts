import { index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { users } from "../users/index.ts";

/** The devices from which a user has signed in. The user is mailed about a sign-in from any other device. */
export const knownDevices = pgTable(
  "known_devices",
  {
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** A digest of the `User-Agent`. */
    device: text("device").notNull(),
    firstSeenAt: timestamp("first_seen_at").notNull(),
    lastSeenAt: timestamp("last_seen_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.device] }),
    index("known_devices_last_seen_index").on(table.lastSeenAt),
  ],
);
