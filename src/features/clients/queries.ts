import { eq } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { clients } from "./table.ts";

/** A client without its secret. */
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

/** The client with this public id now, with the digest of its secret; or null. */
export async function findClient(
  ctx: Context,
  clientId: string,
): Promise<(ClientRecord & { secretHash: string }) | null> {
  const [client] = await ctx.db
    .select({ ...clientColumns, secretHash: clients.secretHash })
    .from(clients)
    .where(eq(clients.clientId, storableClientId(clientId)));
  return client ?? null;
}

/** The id, or an empty string for one that no client has, and that the database may refuse. */
export function storableClientId(clientId: string): string {
  return /^[\w-]{1,128}$/.test(clientId) ? clientId : "";
}

/** The error for an unknown client. */
export function clientNotFound(): AppError {
  return new AppError("NOT_FOUND", "There is no such client.");
}
