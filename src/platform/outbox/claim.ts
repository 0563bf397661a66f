import { and, asc, eq, inArray, isNull, lte, sql } from "drizzle-orm";

import type { Db } from "../db/port.ts";
import { outbox } from "./table.ts";

/** A message that a worker has claimed, with its lease. */
export type ClaimedMessage = Awaited<ReturnType<typeof claimMessages>>[number];

/**
 * Claims up to `limit` due messages of a topic until `leaseUntil`, by turns of their fairness keys. Several workers claim different
 * messages (SKIP LOCKED); if a worker is killed, its messages are due again when the lease ends. Every claim counts as an attempt.
 */
export async function claimMessages(
  db: Db,
  claim: { topic: string; limit: number; now: Date; leaseUntil: Date },
) {
  // A CTE runs once; as a subquery of the condition Postgres may run it again and take more than the limit.
  const due = db.$with("due").as(
    db
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
      .orderBy(asc(outbox.turnAt), asc(outbox.id))
      .limit(claim.limit)
      .for("update", { skipLocked: true }),
  );
  return db
    .with(due)
    .update(outbox)
    .set({ availableAt: claim.leaseUntil, attempts: sql`${outbox.attempts} + 1` })
    .where(inArray(outbox.id, db.select({ id: due.id }).from(due)))
    .returning();
}

/** A delivered message keeps its row, without its secrets. */
export async function markDelivered(db: Db, id: string, now: Date): Promise<void> {
  await db
    .update(outbox)
    .set({ deliveredAt: now, deadAt: null, sealed: null, lastError: null })
    .where(eq(outbox.id, id));
}

/** Deletes a message that is no longer to be delivered. */
export async function deleteMessage(db: Db, id: string): Promise<void> {
  await db.delete(outbox).where(eq(outbox.id, id));
}

/**
 * Puts a message back until `retryAt`, or marks it dead and deletes its secrets if that is null. Does nothing if another worker
 * has claimed the message since: that worker writes the result.
 */
export async function markFailed(
  db: Db,
  message: Pick<ClaimedMessage, "id" | "attempts">,
  failure: { reason: string; retryAt: Date | null; now: Date },
): Promise<void> {
  const { reason, retryAt, now } = failure;
  await db
    .update(outbox)
    .set(
      retryAt
        ? { availableAt: retryAt, lastError: reason }
        : { deadAt: now, sealed: null, lastError: reason },
    )
    .where(
      and(
        eq(outbox.id, message.id),
        eq(outbox.attempts, message.attempts),
        isNull(outbox.deliveredAt),
      ),
    );
}
