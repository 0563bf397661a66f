import { explainFault, findDatabaseFault } from "../../../platform/db/errors.ts";
import { DatabaseNewerError } from "../../../platform/db/migrate.ts";
import type { Database } from "../../../platform/db/port.ts";
import { fail, type Finding, ok, warn } from "../finding.ts";

/** Whether the schema is that of this executable. Rejects where the database cannot be read. */
export async function migrationFindings(
  database: Pick<Database, "pendingMigrations">,
): Promise<readonly Finding[]> {
  const name = "migrations";
  try {
    const { length } = await database.pendingMigrations();
    if (length === 0) return [ok(name, "none pending")];
    const count = length === 1 ? "1 is pending" : `${length} are pending`;
    return [warn(name, count, "run `gatehouse migrate`, or start a server, which does the same")];
  } catch (error) {
    const fault = findDatabaseFault(error);
    if (fault !== null) {
      const what = `the table of applied migrations cannot be read: ${explainFault(fault)}`;
      return [fail(name, what, "make the role of DATABASE_URL the owner of the database")];
    }
    if (!(error instanceof DatabaseNewerError)) throw error;
    const what = "a newer version has migrated the database";
    return [fail(name, what, "start that version, or restore the backup from before the upgrade")];
  }
}
