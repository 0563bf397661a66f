import { drizzle } from "drizzle-orm/postgres-js";
import type { ReservedSql, Sql } from "postgres";

import { asClient } from "./drizzle-internals.ts";
import type { Db } from "./port.ts";

/**
 * Drizzle on exactly one connection of the client, without a statement timeout. Once the connection is lost, and the session's
 * locks with it, every later statement fails; none is sent on another connection.
 */
export async function withOneConnection<T>(client: Sql, use: (db: Db) => Promise<T>): Promise<T> {
  const connection = await client.reserve();
  try {
    await connection.unsafe("set statement_timeout = 0");
    return await use(drizzle(asClient(withBegin(connection, client))));
  } finally {
    connection.release();
  }
}

/** A reserved connection lacks `begin`, which Drizzle's migrator calls for its transaction. */
function withBegin(connection: ReservedSql, { options }: Sql): object {
  const begin = async <T>(work: (connection: Sql) => Promise<T>): Promise<T> => {
    await connection.unsafe("begin");
    try {
      const result = await work(connection);
      await connection.unsafe("commit");
      return result;
    } catch (error) {
      await connection.unsafe("rollback").catch(() => undefined);
      throw error;
    }
  };
  return Object.assign(connection, { options, begin });
}
