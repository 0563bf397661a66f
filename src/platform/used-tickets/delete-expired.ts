import { deleteBatch } from "../db/delete-batch.ts";
import type { Db } from "../db/port.ts";
import { usedTickets } from "./table.ts";

/** Deletes a batch of the tickets that have expired. */
export function deleteExpiredTickets(db: Db, now: Date): Promise<number> {
  return deleteBatch(db, usedTickets, { since: usedTickets.expiresAt, before: now });
}
