import { DatabaseNewerError } from "../platform/db/migrate.ts";
import { describeError, isUnavailable } from "../platform/db/errors.ts";
import type { Database } from "../platform/db/port.ts";
import type { Logger } from "../platform/log/port.ts";

/** Short enough that a database which is back is in use within five seconds. */
const longestPauseSeconds = 2;

/**
 * Opens and migrates the database, however long it takes to come up: tries again, with growing pauses, while it cannot be
 * reached. Anything else (a wrong password, a schema that is too new, a failing migration) is thrown at once.
 */
export async function openDatabase(
  database: Database,
  log: Logger,
  aborted: AbortSignal,
): Promise<void> {
  for (let pauseSeconds = 0.25; ; pauseSeconds = Math.min(pauseSeconds * 2, longestPauseSeconds)) {
    try {
      await database.open();
      return;
    } catch (error) {
      if (aborted.aborted || error instanceof DatabaseNewerError || !isUnavailable(error))
        throw error;
      log.warn(
        { ...describeError(error), pause_seconds: pauseSeconds },
        "waiting for the database",
      );
    }
    await Bun.sleep(pauseSeconds * 1000);
    aborted.throwIfAborted();
  }
}
