import { index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";

import { moment } from "../../platform/db/columns.ts";

/** Who did what, when, from where, and with what result. */
export const auditLog = pgTable(
  "audit_log",
  {
    id: uuid("id").primaryKey(),
    at: moment("at").notNull(),
    /** `user.login`, `session.refresh_reuse` … */
    action: text("action").notNull(),
    result: text("result").notNull(),
    actorKind: text("actor_kind").notNull(),
    actorId: uuid("actor_id"),
    /** The user it was done to; no foreign key, for the log outlives her row. */
    userId: uuid("user_id"),
    sessionId: uuid("session_id"),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    requestId: text("request_id").notNull(),
    detail: jsonb("detail").$type<Record<string, unknown>>(),
  },
  (table) => [
    index("audit_log_user_index").on(table.userId, table.at),
    index("audit_log_at_index").on(table.at),
  ],
);
