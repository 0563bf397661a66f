import { type Clock, monotonicMilliseconds } from "../../../kernel/clock.ts";
import { isThisMachine } from "../../../platform/config/database-tls.ts";
import { parseConnectionUrl } from "../../../platform/db/connection/parse-url.ts";
import {
  type DatabaseFacts,
  examineDatabase,
  oldestVersionNumber,
} from "../../../platform/db/examine-database.ts";
import type { Db } from "../../../platform/db/port.ts";
import type { Check, Installation } from "../check.ts";
import { fail, type Finding, ok, warn } from "../finding.ts";
import { describeFailure } from "./connection-failure.ts";
import { deliveryFindings } from "./destinations.ts";
import { embeddedFindings } from "./embedded-database.ts";
import { migrationFindings } from "./migrations.ts";
import { poolerFindings } from "./pooler.ts";

/** Whether the database can be used: its server, its version, the rights of the role, its clock, the schema, the pooler. */
export const databaseCheck: Check = {
  name: "database",
  needs: [
    "DATABASE_URL",
    "DATABASE_DIRECT_URL",
    "DATABASE_TIMEOUT",
    "DATABASE_POOL_SIZE",
    "DATA_DIR",
  ],
  timeoutSeconds: 20,
  run: (installation) =>
    installation.platform.settings.databaseUrl === null
      ? embeddedFindings(installation)
      : serverFindings(installation),
};

async function serverFindings(installation: Installation): Promise<readonly Finding[]> {
  const { settings, database, db, clock } = installation.platform;
  let measured: Measured;
  try {
    measured = await measure(db, clock);
  } catch (error) {
    const advice = "start Postgres, or correct DATABASE_URL: see docs/postgres.md";
    return [fail("database", describeFailure(error), advice)];
  }
  const pooler = await poolerFindings(settings, database);
  const isUsable = pooler.every(({ outcome }) => outcome !== "fail");
  const address = settings.databaseDirectUrl === null ? "DATABASE_URL" : "DATABASE_DIRECT_URL";
  const migrations = isUsable ? await migrationFindings(database, address) : [];
  const isCurrent = isUsable && migrations.every(({ outcome }) => outcome === "ok");
  const { facts } = measured;
  return [
    ok("database", `Postgres ${facts.version} is reachable`),
    ...versionFindings(facts),
    encryptionFinding(facts, settings.databaseUrl ?? ""),
    ...rightsFindings(facts),
    clockFinding(measured),
    ...migrations,
    ...pooler,
    ...(isCurrent ? await deliveryFindings(installation.platform) : []),
  ];
}

interface Measured {
  readonly facts: DatabaseFacts;
  /** How far the database's clock is ahead of this machine's, at the least: the time of the statement is taken off. */
  readonly aheadSeconds: number;
}

async function measure(db: Db, clock: Clock): Promise<Measured> {
  // The first statement also opens the connection.
  await examineDatabase(db);
  const startedAt = monotonicMilliseconds();
  const before = clock.now();
  const facts = await examineDatabase(db);
  const tookMilliseconds = monotonicMilliseconds() - startedAt;
  const ahead = facts.now.getTime() - before.getTime();
  const doubt = Math.max(0, tookMilliseconds);
  const aheadSeconds = (ahead >= 0 ? Math.max(0, ahead - doubt) : ahead) / 1000;
  return { facts, aheadSeconds };
}

function versionFindings({ versionNumber }: DatabaseFacts): readonly Finding[] {
  if (versionNumber >= oldestVersionNumber) return [];
  const oldest = oldestVersionNumber / 10_000;
  return [
    fail(
      "database-version",
      `Postgres is older than ${oldest}`,
      `upgrade it to ${oldest} or newer`,
    ),
  ];
}

function encryptionFinding({ encryption }: DatabaseFacts, url: string): Finding {
  const name = "database-encryption";
  if (encryption !== null) return ok(name, `the connection uses ${encryption}`);
  if (parseConnectionUrl(url).hosts.every(isThisMachine)) {
    return ok(name, "the server is on this machine, so the connection needs no TLS");
  }
  return warn(
    name,
    "the server receives the connection without TLS",
    "add sslmode=verify-full to DATABASE_URL, or encrypt between the pooler and the server",
  );
}

function rightsFindings(facts: DatabaseFacts): readonly Finding[] {
  const name = "database-rights";
  const lacking = [
    facts.mayCreateTables ? null : "CREATE on the schema",
    facts.mayCreateSchemas ? null : "CREATE on the database",
    facts.ownsTables ? null : "ownership of the tables",
  ].filter((right) => right !== null);
  const findings = [
    ...(facts.isStandby
      ? [fail("database-writes", "the server is a standby", "let DATABASE_URL name the primary")]
      : []),
    lacking.length > 0
      ? fail(
          name,
          `the role lacks what migrations need: ${lacking.join(", ")}`,
          "make it the owner of a database of its own",
        )
      : ok(name, "the role may migrate"),
  ];
  if (!facts.isSuperuser) return findings;
  const advice = "use a role of its own without that right";
  return [...findings, warn("database-superuser", "the role is a superuser", advice)];
}

const noticedSeconds = 5;
const toleratedSeconds = 60;

function clockFinding({ aheadSeconds }: Measured): Finding {
  const name = "clock";
  const differs = Math.abs(aheadSeconds);
  if (differs <= noticedSeconds) return ok(name, "agrees with the database's");
  const what = `differs from the database's by ${Math.round(differs)} s`;
  const advice = "run a time service (NTP) on both machines: tokens and links expire by them";
  return differs > toleratedSeconds ? fail(name, what, advice) : warn(name, what, advice);
}
