import { addSeconds } from "../../kernel/clock.ts";
import type { Db } from "../db/port.ts";
import { usedTickets } from "./table.ts";

/** A row is kept longer than its ticket is valid, since the clocks of replicas and providers differ. */
const keptSeconds = 300;

/** Uses a ticket. Returns false if it was used before, on any replica: the insertion decides. */
export async function useTicket(
  db: Db,
  { id, expiresAt }: { readonly id: string; readonly expiresAt: Date },
): Promise<boolean> {
  const used = await db
    .insert(usedTickets)
    .values({ id, expiresAt: addSeconds(expiresAt, keptSeconds) })
    .onConflictDoNothing()
    .returning({ id: usedTickets.id });
  return used.length > 0;
}
