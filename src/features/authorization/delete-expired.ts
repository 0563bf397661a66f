import { addSeconds } from "../../kernel/clock.ts";
import { deleteBatch } from "../../platform/db/delete-batch.ts";
import type { Db } from "../../platform/db/port.ts";
import { authorizationCodes, pushedRequests } from "./table.ts";

/** For this time after it has expired, a code that is presented again ends what it gave. */
const keptSeconds = 30 * 86_400;

/** Deletes a batch of the codes that expired 30 days ago. */
export function deleteExpiredAuthorizationCodes(db: Db, now: Date): Promise<number> {
  const { expiresAt } = authorizationCodes;
  return deleteBatch(db, authorizationCodes, {
    since: expiresAt,
    before: addSeconds(now, -keptSeconds),
  });
}

/** Deletes a batch of the pushed requests that have expired. */
export function deleteExpiredPushedRequests(db: Db, now: Date): Promise<number> {
  return deleteBatch(db, pushedRequests, { since: pushedRequests.expiresAt, before: now });
}
