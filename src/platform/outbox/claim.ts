import { and, asc, eq, inArray, isNull, lte, sql } from "drizzle-orm";

import type { Db } from "../db/port.ts";
import { outbox } from "./table.ts";

/**
 * Takes up to `limit` due messages of a topic for `leaseUntil`. Of several workers each gets its own
 * (SKIP LOCKED); one that dies is relieved when its lease ends. Every claim counts as an attempt.
 */
export async function claimMessages(
  db: Db,
  claim: { topic: string; limit: number; now: Date; leaseUntil: Date },
) {
  const due = db
    .select({ id: outbox.id })
    .from(outbox)
    .where(
      and(
        eq(outbox.topic, claim.topic),
        isNull(outbox.deliveredAt),
        isNull(outbox.deadAt),
        lte(outbox.availableAt, claim.now),
      ),
    )
    .orderBy(asc(outbox.availableAt), asc(outbox.id))
    .limit(claim.limit)
    .for("update", { skipLocked: true });
  return db
    .update(outbox)
    .set({ availableAt: claim.leaseUntil, attempts: sql`${outbox.attempts} + 1` })
    .where(inArray(outbox.id, due))
    .returning();
}

/** A delivered message keeps its row, without its secrets. */
export async function markDelivered(db: Db, id: string, now: Date): Promise<void> {
  await db
    .update(outbox)
    .set({ deliveredAt: now, sealed: null, lastError: null })
    .where(eq(outbox.id, id));
}

/** Puts a message back until `retryAt`, or lays it to rest when that is null. */
export async function markFailed(
  db: Db,
  failure: { id: string; error: string; retryAt: Date | null; now: Date },
): Promise<void> {
  await db
    .update(outbox)
    .set(
      failure.retryAt
        ? { availableAt: failure.retryAt, lastError: failure.error }
        : { deadAt: failure.now, lastError: failure.error },
    )
    .where(eq(outbox.id, failure.id));
}
