import { addSeconds } from "../../kernel/clock.ts";
import { deleteBatch } from "../../platform/db/delete-batch.ts";
import type { Db } from "../../platform/db/port.ts";
import { codeAttempts, emailChallenges } from "./table.ts";

const daySeconds = 86_400;
/** For this time the response to an old link says that it has expired, and not that it is unknown. */
const expiredSeconds = 7 * daySeconds;

/** Deletes a batch of challenges of any purpose that expired long ago. */
export function deleteExpiredChallenges(db: Db, now: Date): Promise<number> {
  return deleteBatch(db, emailChallenges, {
    since: emailChallenges.expiresAt,
    before: addSeconds(now, -expiredSeconds),
  });
}

/** Deletes a batch of the counts of wrong codes that are 0. */
export function deleteForgottenCodeAttempts(db: Db, now: Date): Promise<number> {
  return deleteBatch(db, codeAttempts, { since: codeAttempts.forgottenAt, before: now });
}
