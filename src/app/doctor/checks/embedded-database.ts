import { DataDirectoryInUseError } from "../../../platform/db/data-directory-lock.ts";
import { describeError } from "../../../platform/db/errors.ts";
import { wasEverStarted } from "../../../platform/db/embedded-postgres.ts";
import type { Installation } from "../check.ts";
import { fail, type Finding, ok, skip } from "../finding.ts";
import { deliveryFindings } from "./destinations.ts";
import { migrationFindings } from "./migrations.ts";

/** The embedded database, through the server that runs it if there is one. It is never created. */
export async function embeddedFindings({ platform }: Installation): Promise<readonly Finding[]> {
  if (!wasEverStarted(platform.settings.dataDir)) {
    return [ok("database", "embedded Postgres, which the first start creates")];
  }
  try {
    const migrations = await migrationFindings(platform.database, null);
    const isCurrent = migrations.every(({ outcome }) => outcome === "ok");
    return [
      ok("database", "embedded Postgres, which responds"),
      ...migrations,
      ...(isCurrent ? await deliveryFindings(platform) : []),
    ];
  } catch (error) {
    if (error instanceof DataDirectoryInUseError) {
      return [skip("database", "embedded Postgres, which another process uses and does not share")];
    }
    const { reason } = describeError(error);
    const what = `the embedded Postgres does not start: ${String(reason)}`;
    return [fail("database", what, "see docs/deployment.md#the-embedded-database")];
  }
}
