import { findAddressError } from "../platform/db/connection/address-error.ts";
import { DatabaseNewerError } from "../platform/db/migrate.ts";
import { describeError, isUnavailable } from "../platform/db/errors.ts";
import type { Database } from "../platform/db/port.ts";
import type { Logger } from "../platform/log/port.ts";

/** Short enough that a database that becomes reachable again is used within five seconds. */
const longestPauseSeconds = 2;

/**
 * Opens and migrates the database. While it is not reachable, it tries again with growing pauses, without a limit. Any other
 * error (a wrong password, a certificate that is not trusted, a schema that is too new, a failing migration) is thrown at once.
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
      const addressError = findAddressError(error);
      if (addressError) throw addressError;
      if (aborted.aborted || error instanceof DatabaseNewerError || !isUnavailable(error))
        throw error;
      log.warn(
        { ...describeError(error), pause_seconds: pauseSeconds },
        "database not reachable, retrying",
      );
    }
    await Bun.sleep(pauseSeconds * 1000);
    aborted.throwIfAborted();
  }
}
