import { eq, lte, or } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { deleteBatch } from "../../platform/db/delete-batch.ts";
import type { Db } from "../../platform/db/port.ts";
import { mailChallenges } from "./table.ts";

const daySeconds = 86_400;
/** For so long whoever follows an old link is told that it has expired, rather than that it is unknown. */
const expiredSeconds = 7 * daySeconds;
/** For so long wrong codes are held against a user's next mails: her count is lost with the row. */
const guessedSeconds = 30 * daySeconds;

/** Deletes a batch of challenges of any purpose that expired long ago. */
export function deleteExpiredChallenges(db: Db, now: Date): Promise<number> {
  return deleteBatch(db, mailChallenges, {
    since: mailChallenges.expiresAt,
    before: addSeconds(now, -expiredSeconds),
    which: or(
      eq(mailChallenges.totalAttempts, 0),
      lte(mailChallenges.expiresAt, addSeconds(now, -guessedSeconds)),
    ),
  });
}
