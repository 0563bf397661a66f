import { equalInConstantTime } from "../../kernel/bytes.ts";
import type { Context } from "../../platform/platform.ts";
import { writeAudit } from "../audit/index.ts";
import { hashClientSecret } from "./client-secret.ts";
import { type ClientRecord, findClientWithSecret } from "./queries.ts";

/** What a client proves itself with. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Compared with where there is no client: no secret has this digest. */
const hashOfNoSecret = hashClientSecret("");

/**
 * The client that the credentials prove, or null. Whether the client is unknown or the secret wrong: the same query, the
 * same comparison, the same record in the audit log.
 */
export async function verifyClient(
  ctx: Context,
  { clientId, clientSecret }: ClientCredentials,
): Promise<ClientRecord | null> {
  const found = await findClient(ctx, clientId);
  const isRight = equalInConstantTime(
    hashClientSecret(clientSecret),
    found?.secretHash ?? hashOfNoSecret,
  );
  if (found && isRight) return found;
  await writeAudit(ctx, {
    action: "client.authenticated",
    result: "failure",
    userId: null,
    detail: { client_id: found?.clientId ?? null },
  });
  return null;
}

/** The client of this id as of now, with the hash of its secret; or null. */
export function findClient(
  ctx: Context,
  clientId: string,
): Promise<(ClientRecord & { secretHash: string }) | null> {
  // What is no id of ours could be a text that the database refuses; it is looked up as one that no client has.
  return findClientWithSecret(ctx.db, /^[\w-]{1,128}$/.test(clientId) ? clientId : "");
}
