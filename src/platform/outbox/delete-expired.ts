import { addSeconds } from "../../kernel/clock.ts";
import { deleteBatch } from "../db/delete-batch.ts";
import type { Db } from "../db/port.ts";
import { outbox } from "./table.ts";

const daySeconds = 86_400;
/** Time to find out why a mail did not arrive. */
const deliveredSeconds = 7 * daySeconds;
const deadSeconds = 30 * daySeconds;

/** Deletes a batch of messages that were delivered long ago. */
export function deleteDeliveredMessages(db: Db, now: Date): Promise<number> {
  const before = addSeconds(now, -deliveredSeconds);
  return deleteBatch(db, outbox, { since: outbox.deliveredAt, before });
}

/** Deletes a batch of dead messages that are old. */
export function deleteDeadMessages(db: Db, now: Date): Promise<number> {
  const before = addSeconds(now, -deadSeconds);
  return deleteBatch(db, outbox, { since: outbox.deadAt, before });
}
