import { addSeconds } from "../../kernel/clock.ts";
import { deleteBatch } from "../../platform/db/delete-batch.ts";
import type { Db } from "../../platform/db/port.ts";
import { knownDevices } from "./table.ts";

/** A device that was not seen for so long is a new one when it comes back. */
const rememberedSeconds = 365 * 86_400;

/** Deletes a batch of devices that were not seen for a year. */
export function deleteExpiredDevices(db: Db, now: Date): Promise<number> {
  const before = addSeconds(now, -rememberedSeconds);
  return deleteBatch(db, knownDevices, { since: knownDevices.lastSeenAt, before });
}
