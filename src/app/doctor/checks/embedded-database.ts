import { DataDirectoryInUseError } from "../../../platform/db/data-directory-lock.ts";
import { describeError } from "../../../platform/db/errors.ts";
import { wasEverStarted } from "../../../platform/db/embedded-postgres.ts";
import type { Installation } from "../check.ts";
import { fail, type Finding, ok, skip } from "../finding.ts";
import { deliveryFindings } from "./destinations.ts";
import { migrationFindings } from "./migrations.ts";

/** The embedded database: it is opened only where no other process has it, and never created. */
export async function embeddedFindings({ platform }: Installation): Promise<readonly Finding[]> {
  if (!wasEverStarted(platform.settings.dataDir)) {
    return [ok("database", "embedded Postgres, which the first start creates")];
  }
  try {
    const migrations = await migrationFindings(platform.database);
    const isCurrent = migrations.every(({ outcome }) => outcome === "ok");
    return [
      ok("database", "embedded Postgres; no other process uses it"),
      ...migrations,
      ...(isCurrent ? await deliveryFindings(platform) : []),
    ];
  } catch (error) {
    if (error instanceof DataDirectoryInUseError) {
      return [skip("database", "embedded Postgres, which a running process uses: see `server`")];
    }
    const { reason } = describeError(error);
    const what = `the embedded Postgres does not start: ${String(reason)}`;
    return [fail("database", what, "see docs/deployment.md#the-embedded-database")];
  }
}
