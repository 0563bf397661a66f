import { desc, eq, lt } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { clients } from "./table.ts";

/** A client as it is known outside its secret. */
export interface ClientRecord {
  readonly id: string;
  readonly clientId: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** The columns of a `ClientRecord`. */
export const clientColumns = {
  id: clients.id,
  clientId: clients.clientId,
  name: clients.name,
  createdAt: clients.createdAt,
};

/** The client with this public id and the hash of its secret, or null. */
export async function findClientWithSecret(
  db: Db,
  clientId: string,
): Promise<(ClientRecord & { secretHash: string }) | null> {
  const [client] = await db
    .select({ ...clientColumns, secretHash: clients.secretHash })
    .from(clients)
    .where(eq(clients.clientId, clientId));
  return client ?? null;
}

/** At most `count` clients, the newest first, from the one after `after` on. */
export function selectClients(
  db: Db,
  count: number,
  after: string | null,
): Promise<ClientRecord[]> {
  return db
    .select(clientColumns)
    .from(clients)
    .where(after === null ? undefined : lt(clients.id, after))
    .orderBy(desc(clients.id))
    .limit(count);
}
