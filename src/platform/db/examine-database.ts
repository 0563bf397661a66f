import { sql } from "drizzle-orm";

import type { Db } from "./port.ts";

/** What a database server says of itself and of the role that is connected. */
export interface DatabaseFacts {
  readonly version: string;
  /** 180004 for version 18.4. */
  readonly versionNumber: number;
  /** By the database's clock. */
  readonly now: Date;
  /** The version of TLS, such as `TLSv1.3`; null for a connection without it. */
  readonly encryption: string | null;
  readonly isSuperuser: boolean;
  /** What migrations need: to create tables in the current schema, and schemas in the database. */
  readonly mayCreateTables: boolean;
  readonly mayCreateSchemas: boolean;
  /** Whether the role may change the tables that are there; true where there are none. */
  readonly ownsTables: boolean;
  /** Whether it accepts no writes, because it replicates another server. */
  readonly isStandby: boolean;
}

/** The oldest version that is supported. */
export const oldestVersionNumber = 150_000;

/** Asks a Postgres server, in one statement. */
export async function examineDatabase(db: Db): Promise<DatabaseFacts> {
  const tls = sql`(select case when ssl then version end from pg_stat_ssl where pid = pg_backend_pid())`;
  const [facts] = await db
    .select({
      version: sql<string>`current_setting('server_version')`,
      versionNumber: sql`current_setting('server_version_num')`.mapWith(Number),
      milliseconds: sql`extract(epoch from clock_timestamp()) * 1000`.mapWith(Number),
      encryption: sql<string | null>`${tls}`,
      isSuperuser: sql<boolean>`current_setting('is_superuser') = 'on'`,
      mayCreateTables: sql<boolean>`coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)`,
      mayCreateSchemas: sql<boolean>`has_database_privilege(current_database(), 'CREATE')`,
      ownsTables: sql<boolean>`coalesce((select pg_has_role(relowner, 'USAGE') from pg_class where oid = to_regclass('users')), true)`,
      isStandby: sql<boolean>`pg_is_in_recovery()`,
    })
    .from(sql`(values (1)) as one`);
  if (!facts) throw new Error("the database returned no row");
  return { ...facts, now: new Date(facts.milliseconds) };
}
