import type { Settings } from "../../../platform/config/settings.ts";
import { isTransactionPooled } from "../../../platform/db/detect-pooler.ts";
import type { Database } from "../../../platform/db/port.ts";
import { createPostgresDatabase } from "../../../platform/db/postgres.ts";
import type { Logger } from "../../../platform/log/port.ts";
import { type Finding, ok, warn } from "../finding.ts";

/**
 * Whether a pooler is in front of the server, and whether notifications arrive as the server needs them: through a transaction
 * pooler they do only over a connection of their own.
 */
export async function poolerFindings(
  settings: Settings,
  { changes }: Pick<Database, "changes">,
): Promise<readonly Finding[]> {
  const [isPooled] = await Promise.all([detect(settings), changes.start()]);
  const isLive = changes.isLive();
  await changes.stop();
  const notifications = isLive
    ? ok("database-notifications", "arrive")
    : warn(
        "database-notifications",
        "do not arrive, so each request looks its token up in the database",
        "connect without a transaction pooler",
      );
  const pooler = isPooled
    ? warn(
        "database-pooler",
        "a pooler gives each transaction another server process",
        "migrations and notifications need a connection without it: see docs/deployment.md#postgres",
      )
    : ok("database-pooler", "none that divides a connection by transactions was found");
  return [pooler, notifications];
}

async function detect(settings: Settings): Promise<boolean> {
  const [one, other] = [openOne(settings), openOne(settings)];
  try {
    await Promise.all([one.db.execute("select 1"), other.db.execute("select 1")]);
    return await isTransactionPooled(one.db, other.db);
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
}

function openOne({ databaseUrl, databaseTimeoutSeconds, serviceName }: Settings): Database {
  return createPostgresDatabase({
    url: databaseUrl ?? "",
    poolSize: 1,
    timeoutSeconds: databaseTimeoutSeconds,
    applicationName: `${serviceName} doctor`,
    log: silent,
  });
}

const nothing = (): void => undefined;

/** The findings say what a log would say. */
const silent: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  request: nothing,
  record: nothing,
};
