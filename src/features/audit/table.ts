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
import type { ChainPosition } from "./chain-position.ts";

/** The name of the audit log's table. */
export const auditTable = "audit_log";

/**
 * The audit log. A row is written once: triggers refuse every change but that of its place in the chain, once, and every deletion
 * of a row that is not before the chain's checkpoint.
 */
export const auditLog = pgTable(
  auditTable,
  {
    /** A UUIDv7 of `at`: the order of ids is the order of time. */
    id: uuid("id").primaryKey(),
    at: timestamp("at").notNull(),
    /** `user.login`, `session.refresh_reuse` … */
    action: text("action").notNull(),
    result: text("result").notNull(),
    actorKind: text("actor_kind").notNull(),
    actorId: uuid("actor_id"),
    /** The user on whom the action was performed. No foreign key: the log outlives the user's row. */
    userId: uuid("user_id"),
    sessionId: uuid("session_id"),
    /** The authentication methods of the actor (RFC 8176). */
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
    // Not by id alone, or the planner may use the primary key and read all sealed rows.
    index("audit_log_unsealed_index")
      .on(table.at, table.id)
      .where(sql`${table.sequence} is null`),
    check("audit_log_sealed_check", sql`(${table.sequence} is null) = (${table.hash} is null)`),
  ],
);

/** A key of the chain, in the order of use: a new one seals the rows after a leak of the one before. */
export interface StoredChainKey {
  /** The last row that the key before it sealed; 0 and empty for the first key. */
  readonly after: ChainPosition;
  /** The row with which the key begins, which says so; null for the first key. */
  readonly firstRow: string | null;
  /** Of the newest key, the key; of one before it, also the last row that it sealed. */
  readonly sealed: string;
}

/** The chain of the audit log's rows, in one row: its beginning, its end, and its keys. The migration created it. */
export const auditChain = pgTable(
  "audit_chain",
  {
    id: integer("id").primaryKey(),
    /** The last sealed row; 0 and empty before the first. */
    headSequence: bigint("head_sequence", { mode: "number" }).notNull(),
    headHash: text("head_hash").notNull(),
    /** The last row that was deleted after `AUDIT_RETENTION`; 0 and empty before the first. */
    checkpointSequence: bigint("checkpoint_sequence", { mode: "number" }).notNull(),
    checkpointHash: text("checkpoint_hash").notNull(),
    checkpointAt: timestamp("checkpoint_at"),
    /** Proves that the service deleted the rows up to the checkpoint; made with the newest key. */
    checkpointProof: text("checkpoint_proof"),
    keys: jsonb("keys").$type<readonly StoredChainKey[]>().notNull(),
  },
  (table) => [check("audit_chain_single_check", sql`${table.id} = 1`)],
);
