import { eq, lte, or } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { deleteBatch } from "../../platform/db/delete-batch.ts";
import type { Db } from "../../platform/db/port.ts";
import { emailChallenges } from "./table.ts";

const daySeconds = 86_400;
/** For this time the response to an old link says that it has expired, and not that it is unknown. */
const expiredSeconds = 7 * daySeconds;
/** For this time wrong codes count against the user's next mails: the count is lost with the row. */
const guessedSeconds = 30 * daySeconds;

/** Deletes a batch of challenges of any purpose that expired long ago. */
export function deleteExpiredChallenges(db: Db, now: Date): Promise<number> {
  return deleteBatch(db, emailChallenges, {
    since: emailChallenges.expiresAt,
    before: addSeconds(now, -expiredSeconds),
    which: or(
      eq(emailChallenges.totalAttempts, 0),
      lte(emailChallenges.expiresAt, addSeconds(now, -guessedSeconds)),
    ),
  });
}
