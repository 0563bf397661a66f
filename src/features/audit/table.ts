import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";

/**
 * Who did what, when, from where, and with what result. A row is written once: triggers let nothing change but its place in
 * the chain, once, and let nothing be deleted that the chain has not left behind.
 */
export const auditLog = pgTable(
  "audit_log",
  {
    /** A UUIDv7 of `at`: the order of ids is the order of time. */
    id: uuid("id").primaryKey(),
    at: timestamp("at").notNull(),
    /** `user.login`, `session.refresh_reuse` … */
    action: text("action").notNull(),
    result: text("result").notNull(),
    actorKind: text("actor_kind").notNull(),
    actorId: uuid("actor_id"),
    /** The user it was done to; no foreign key, for the log outlives her row. */
    userId: uuid("user_id"),
    sessionId: uuid("session_id"),
    /** How whoever acted had proven who she is (RFC 8176). */
    amr: text("amr").array(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    requestId: text("request_id").notNull(),
    detail: jsonb("detail").$type<Record<string, unknown>>(),
    /** Its place in the chain, counted from 1; null until it is sealed. */
    sequence: bigint("sequence", { mode: "number" }),
    /** Seals the row and, with it, every row before it. */
    hash: text("hash"),
  },
  (table) => [
    unique("audit_log_sequence_unique").on(table.sequence),
    index("audit_log_user_index").on(table.userId, table.id),
    index("audit_log_action_index").on(table.action, table.id),
    // Not by id alone, or the planner may take the primary key and read through all that is sealed.
    index("audit_log_unsealed_index")
      .on(table.at, table.id)
      .where(sql`${table.sequence} is null`),
    check("audit_log_sealed_check", sql`(${table.sequence} is null) = (${table.hash} is null)`),
  ],
);

/** The chain of the audit log's rows, in one row: where it begins, where it ends, and its key. The migration made it. */
export const auditChain = pgTable(
  "audit_chain",
  {
    id: integer("id").primaryKey(),
    /** The last sealed row; 0 and empty before the first. */
    headSequence: bigint("head_sequence", { mode: "number" }).notNull(),
    headHash: text("head_hash").notNull(),
    /** The last row that was deleted when it had been kept for long enough; 0 and empty before the first. */
    checkpointSequence: bigint("checkpoint_sequence", { mode: "number" }).notNull(),
    checkpointHash: text("checkpoint_hash").notNull(),
    checkpointAt: timestamp("checkpoint_at"),
    /** That it was us who deleted the rows up to the checkpoint. */
    checkpointProof: text("checkpoint_proof"),
    /** The one key of the chain, sealed under each root secret that there was since; none is ever taken away. */
    sealedKeys: text("sealed_keys").array().notNull(),
  },
  (table) => [check("audit_chain_single_check", sql`${table.id} = 1`)],
);
