import type { Logger } from "../log/port.ts";
import { type Address, createAddress } from "./connection/driver-options.ts";
import { withDeadline } from "./deadline.ts";
import {
  explainRefusedStart,
  isDirect,
  isTransactionPooled,
  refuseTransactionPooler,
} from "./pooler.ts";
import { migrationPurpose, type PostgresOptions, withClient } from "./postgres-client.ts";
import type { RenewedClient } from "./renewed-client.ts";

/** Throws `DatabaseAddressError` where a pooler in transaction mode answers in the place of the server, or refuses settings. */
export async function refusePoolers(
  options: PostgresOptions,
  direct: Address,
  pool: RenewedClient,
): Promise<void> {
  const isPooled = options.directUrl != null;
  const setting = isPooled ? "DATABASE_DIRECT_URL" : "DATABASE_URL";
  const purpose = migrationPurpose;
  try {
    // Without a pooler that is one statement on a connection that is needed anyway.
    if (!isPooled && (await pool.send(isDirect))) return;
    await withClient(direct, options, { max: 2, purpose }, (client) =>
      refuseTransactionPooler(client, setting),
    );
    if (isPooled) await noteMissingTimeout(pool, options.log);
  } catch (error) {
    throw await explainRefusedStart(error, setting, () =>
      withClient(direct, options, { max: 1, purpose, sendsSettings: false }, (client) =>
        withDeadline(client.unsafe("select 1"), options.timeoutSeconds),
      ),
    );
  }
}

/** Whether `url` is that of a pooler in transaction mode, by two connections of its own. Throws where there is no connection. */
export function usesTransactionPooler(options: PostgresOptions): Promise<boolean> {
  const client = { max: 2, purpose: "" };
  return withClient(createAddress(options.url), options, client, isTransactionPooled);
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
