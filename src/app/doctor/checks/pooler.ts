import type { Settings } from "../../../platform/config/settings.ts";
import type { Database } from "../../../platform/db/port.ts";
import { usesTransactionPooler } from "../../../platform/db/refuse-poolers.ts";
import type { Logger } from "../../../platform/log/port.ts";
import { fail, type Finding, ok, warn } from "../finding.ts";

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
        "let DATABASE_DIRECT_URL name the server itself, with the same database as DATABASE_URL",
      );
  return [poolerFinding(isPooled, settings.databaseDirectUrl !== null), notifications];
}

function poolerFinding(isPooled: boolean, hasDirectUrl: boolean): Finding {
  const name = "database-pooler";
  if (!isPooled) return ok(name, "none that divides a connection by transactions was found");
  const what = "a pooler gives each transaction another server process";
  if (hasDirectUrl) return ok(name, `${what}, and DATABASE_DIRECT_URL is set`);
  return fail(
    name,
    what,
    "set DATABASE_DIRECT_URL to the address of the server itself: see docs/postgres.md",
  );
}

function detect(settings: Settings): Promise<boolean> {
  const { databaseUrl, databaseDirectUrl, databaseTimeoutSeconds, serviceName } = settings;
  return usesTransactionPooler({
    url: databaseUrl ?? "",
    directUrl: databaseDirectUrl,
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
