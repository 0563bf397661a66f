import { deleteBatch } from "../../platform/db/delete-batch.ts";
import type { Db } from "../../platform/db/port.ts";
import { limitCounts } from "../../platform/limiter/table.ts";

/** Deletes a batch of counts that are void. */
export function deleteExpiredCounts(db: Db, now: Date): Promise<number> {
  return deleteBatch(db, limitCounts, { since: limitCounts.expiresAt, before: now });
}
