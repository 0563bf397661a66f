import { explainFault, findDatabaseFault, isUnavailable } from "../../../platform/db/errors.ts";
import { DatabaseNewerError } from "../../../platform/db/migrate.ts";
import type { Database } from "../../../platform/db/port.ts";
import { fail, type Finding, ok, warn } from "../finding.ts";
import { describeFailure } from "./connection-failure.ts";

const name = "migrations";

/** The setting whose address the migrations have. */
export type MigrationAddress = "DATABASE_URL" | "DATABASE_DIRECT_URL";

/**
 * Whether the schema is that of this executable. `address` is null for the embedded database. Rejects where that cannot be
 * read: without an address there is none to correct.
 */
export async function migrationFindings(
  database: Pick<Database, "pendingMigrations">,
  address: MigrationAddress | null,
): Promise<readonly Finding[]> {
  try {
    const { length } = await database.pendingMigrations();
    if (length === 0) return [ok(name, "none pending")];
    const count = length === 1 ? "1 is pending" : `${length} are pending`;
    return [warn(name, count, "run `gatehouse migrate`, or start a server, which does the same")];
  } catch (error) {
    return [failureFinding(error, address)];
  }
}

function failureFinding(error: unknown, address: MigrationAddress | null): Finding {
  if (error instanceof DatabaseNewerError) {
    const what = "a newer version has migrated the database";
    return fail(name, what, "start that version, or restore the backup from before the upgrade");
  }
  const fault = findDatabaseFault(error);
  if (fault !== null && !isOfConnection(fault.sqlState)) {
    const what = `the table of applied migrations cannot be read: ${explainFault(fault)}`;
    return fail(name, what, "make the role of DATABASE_URL the owner of the database");
  }
  if (address === null || (fault === null && !isUnavailable(error))) throw error;
  return fail(name, describeFailure(error, address), `correct ${address}: see docs/postgres.md`);
}

/** Connection exceptions, refused users, unknown databases, no connection left, and a server that starts or stops. */
function isOfConnection(sqlState: string): boolean {
  return ["08", "28", "3D", "53", "57"].includes(sqlState.slice(0, 2));
}
