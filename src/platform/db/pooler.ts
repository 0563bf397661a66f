import type { ReservedSql, Sql } from "postgres";

import { DatabaseAddressError } from "./connection/address-error.ts";

/** The setting whose address must be the server's own. */
export type PoolerSetting = "DATABASE_URL" | "DATABASE_DIRECT_URL";

const messages: Readonly<Record<PoolerSetting, string>> = {
  DATABASE_URL:
    "DATABASE_URL is the address of a pooler in transaction mode: set DATABASE_DIRECT_URL to the address of the server itself beside it, which notifications, locks and migrations need",
  DATABASE_DIRECT_URL:
    "DATABASE_DIRECT_URL is the address of a pooler in transaction mode: it must be that of the server itself",
};

/** A pooler in session mode is as good as the server, once it accepts the settings. */
const inSessionMode =
  "Or, if it is a pooler in session mode, add statement_timeout and idle_in_transaction_session_timeout to its ignore_startup_parameters, since it refuses them";

/** A pooler refuses the settings with which a connection starts, or has no server behind it (08P01, protocol violation). */
const refusedStart = "08P01";

/**
 * The `DatabaseAddressError` for a connection whose start was refused although it is accepted without settings; else the error
 * itself. `connectPlainly` sends a statement on a connection without settings.
 */
export async function explainRefusedStart(
  error: unknown,
  setting: PoolerSetting,
  connectPlainly: () => PromiseLike<unknown>,
): Promise<unknown> {
  if (!(error instanceof Error) || Reflect.get(error, "code") !== refusedStart) return error;
  try {
    await connectPlainly();
  } catch {
    return error;
  }
  return new DatabaseAddressError(`${messages[setting]}. ${inSessionMode}`, {
    isBySettings: true,
    cause: error,
  });
}

/** Throws `DatabaseAddressError` where `isTransactionPooled`. */
export async function refuseTransactionPooler(client: Sql, setting: PoolerSetting): Promise<void> {
  if (!(await isTransactionPooled(client))) return;
  throw new DatabaseAddressError(messages[setting], { isBySettings: true });
}

/**
 * Whether a pooler gives each transaction of a connection another connection to the server: there notifications do not arrive,
 * locks do not hold, and prepared statements are not found. The client has two connections or more.
 */
export async function isTransactionPooled(client: Sql): Promise<boolean> {
  if (await isDirect(client)) return false;
  const [one, other] = await Promise.all([client.reserve(), client.reserve()]);
  try {
    return await isShared(one, other);
  } finally {
    one.release();
    other.release();
  }
}

/**
 * Whether a client is connected with the server itself. The server told it the id of its process when the connection started; a
 * pooler tells a number of its own.
 */
export async function isDirect(client: Sql): Promise<boolean> {
  const rows = await client.unsafe<{ id: number }[]>("select pg_backend_pid() as id");
  return rows[0]?.id === rows.state.pid;
}

/** Two open connections have one server process at a time, or one connection has two. A pooler in session mode does neither. */
async function isShared(one: ReservedSql, other: ReservedSql): Promise<boolean> {
  const first = await processOf(one);
  await other.unsafe("begin");
  try {
    // The transaction keeps its process, so that the next one of `one` has another.
    const second = await processOf(other);
    const third = await processOf(one);
    return first === second || third !== first;
  } finally {
    await other.unsafe("rollback");
  }
}

async function processOf(connection: ReservedSql): Promise<number> {
  const rows = await connection.unsafe<{ id: number }[]>("select pg_backend_pid() as id");
  return rows[0]?.id ?? 0;
}
