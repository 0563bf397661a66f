import { eq, sql, type SQL } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { type Effect, insertRow } from "../db/effects.ts";
import { violatedUniqueConstraint } from "../db/errors.ts";
import type { Db } from "../db/port.ts";
import { usedTickets } from "./table.ts";

/** A row is kept longer than its ticket is valid: a replica whose clock is ahead deletes it for all. */
const keptSeconds = 3600;

/** What is used once. */
interface UsedTicket {
  readonly id: string;
  readonly expiresAt: Date;
}

/** Uses a ticket. Returns false if it was used before, on any replica: the insertion decides. */
export async function useTicket(db: Db, ticket: UsedTicket): Promise<boolean> {
  const used = await db
    .insert(usedTickets)
    .values(rowOf(ticket))
    .onConflictDoNothing()
    .returning({ id: usedTickets.id });
  return used.length > 0;
}

/** The effect of using a ticket. If it was used before, the statement fails with an error that `isUsedTicket` recognises. */
export function useTicketOnce(ticket: UsedTicket): Effect {
  return insertRow(usedTickets, rowOf(ticket));
}

/** Whether an error says that a ticket was used before: then nothing was written. */
export function isUsedTicket(error: unknown): boolean {
  return violatedUniqueConstraint(error) === "used_tickets_pkey";
}

/** Whether a ticket was used. */
export async function isTicketUsed(db: Db, id: string): Promise<boolean> {
  const rows = await db
    .select({ id: usedTickets.id })
    .from(usedTickets)
    .where(eq(usedTickets.id, id));
  return rows.length > 0;
}

/** Whether a ticket was used, in any query. */
export function wasUsed(db: Db, id: string): SQL<boolean> {
  const used = db.select({ id: usedTickets.id }).from(usedTickets).where(eq(usedTickets.id, id));
  return sql<boolean>`exists ${used}`;
}

function rowOf({ id, expiresAt }: UsedTicket) {
  return { id, expiresAt: addSeconds(expiresAt, keptSeconds) };
}
