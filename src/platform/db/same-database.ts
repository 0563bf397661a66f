import { sql } from "drizzle-orm";

import type { Random } from "../../kernel/random.ts";
import { DatabaseAddressError } from "./connection/address-error.ts";
import type { Db } from "./port.ts";

/** Half of the key of an advisory lock: a positive integer of Postgres. */
const keyLimit = 2 ** 31;

/**
 * Throws `DatabaseAddressError` unless `pool` reaches the database of `direct`: it sees a lock that `direct` holds. `direct` is
 * one connection.
 */
export async function requireSameDatabase(direct: Db, pool: Db, random: Random): Promise<void> {
  const [first, second] = [random.below(keyLimit), random.below(keyLimit)];
  await direct.execute(sql`select pg_advisory_lock(${first}::int, ${second}::int)`);
  try {
    const held = await pool
      .select({ held: sql`1` })
      .from(sql`pg_locks`)
      .where(
        sql`locktype = 'advisory' and classid::bigint = ${first} and objid::bigint = ${second} and database = (select oid from pg_database where datname = current_database())`,
      );
    if (held.length === 0) throw differentDatabasesError();
  } finally {
    await direct.execute(sql`select pg_advisory_unlock(${first}::int, ${second}::int)`);
  }
}

/** Not only by settings: during a failover the addresses may lead to two servers for a short time. */
function differentDatabasesError(): DatabaseAddressError {
  return new DatabaseAddressError(
    "DATABASE_URL and DATABASE_DIRECT_URL lead to different databases, so nothing was migrated: DATABASE_DIRECT_URL must be the address of the server itself, with the database of DATABASE_URL",
  );
}
