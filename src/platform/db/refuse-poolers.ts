import type { Logger } from "../log/port.ts";
import { type Address, createAddress } from "./connection/driver-options.ts";
import { withDeadline } from "./deadline.ts";
import {
  explainRefusedStart,
  isDirect,
  isTransactionPooled,
  refuseTransactionPooler,
} from "./pooler.ts";
import { connect, migrationPurpose, type PostgresOptions } from "./postgres-client.ts";
import type { RenewedClient } from "./renewed-client.ts";

/** Throws `DatabaseAddressError` where a pooler in transaction mode answers in the place of the server, or refuses settings. */
export async function refusePoolers(
  options: PostgresOptions,
  direct: Address,
  pool: RenewedClient,
): Promise<void> {
  const isPooled = options.directUrl != null;
  const setting = isPooled ? "DATABASE_DIRECT_URL" : "DATABASE_URL";
  const client = connect(direct, options, { max: 2, purpose: migrationPurpose });
  const plainOptions = { max: 1, purpose: migrationPurpose, sendsSettings: false };
  const plain = connect(direct, options, plainOptions);
  try {
    // Without a pooler that is one statement on a connection that is needed anyway: the clients above open none.
    if (!isPooled && (await pool.send(isDirect))) return;
    await refuseTransactionPooler(client, setting);
    if (isPooled) await noteMissingTimeout(pool, options.log);
  } catch (error) {
    throw await explainRefusedStart(error, setting, () =>
      withDeadline(plain.unsafe("select 1"), options.timeoutSeconds),
    );
  } finally {
    await Promise.all([client.end({ timeout: 5 }), plain.end({ timeout: 5 })]);
  }
}

/** Whether `url` is that of a pooler in transaction mode, by two connections of its own. Throws where there is no connection. */
export async function usesTransactionPooler(options: PostgresOptions): Promise<boolean> {
  const client = connect(createAddress(options.url), options, { max: 2, purpose: "" });
  try {
    return await isTransactionPooled(client);
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** Through a pooler the service cannot set how long the server lets a statement run. */
async function noteMissingTimeout(pool: RenewedClient, log: Logger): Promise<void> {
  const rows = await pool.send((client) => client.unsafe<{ limit: string }[]>(readTimeout));
  if (rows[0]?.limit !== "0") return;
  log.warn(
    {},
    "the server ends no statement by itself through the pooler of DATABASE_URL: run `alter role … set statement_timeout = '5s'` for its user",
  );
}

const readTimeout = "select current_setting('statement_timeout') as limit";
