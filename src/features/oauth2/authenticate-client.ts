import type { Context } from "../../platform/platform.ts";
import { type ClientRecord, verifyClient } from "../clients/index.ts";
import { type ClientParameters, readClientCredentials } from "./client-credentials.ts";
import { invalidClient } from "./errors.ts";

/** The client that a request proves to come from (RFC 6749 §2.3). Throws `invalid_client`, `invalid_request`. */
export async function authenticateClient(
  ctx: Context,
  authorization: string | null,
  parameters: ClientParameters,
): Promise<ClientRecord> {
  const client = await authenticateClientIfGiven(ctx, authorization, parameters);
  if (!client) throw invalidClient();
  return client;
}

/** The same where a client need not authenticate: null when it does not try. A wrong secret is refused all the same. */
export async function authenticateClientIfGiven(
  ctx: Context,
  authorization: string | null,
  parameters: ClientParameters,
): Promise<ClientRecord | null> {
  const credentials = readClientCredentials(authorization, parameters);
  if (!credentials) return null;
  const client = await verifyClient(ctx, credentials);
  if (!client) throw invalidClient();
  return client;
}
