import { deleteBatch } from "../../platform/db/delete-batch.ts";
import type { Db } from "../../platform/db/port.ts";
import { addSeconds } from "../../kernel/clock.ts";
import { deviceAuthorizations } from "./table.ts";

/** For this time a device that asks is told that its code has expired. */
const keptSeconds = 3600;

/** Deletes a batch of the requests that expired an hour ago. */
export function deleteExpiredDeviceAuthorizations(db: Db, now: Date): Promise<number> {
  const { expiresAt } = deviceAuthorizations;
  const before = addSeconds(now, -keptSeconds);
  return deleteBatch(db, deviceAuthorizations, { since: expiresAt, before });
}
