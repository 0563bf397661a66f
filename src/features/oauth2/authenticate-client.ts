import type { Context } from "../../platform/platform.ts";
import { type ClientRecord, verifyClient } from "../clients/index.ts";
import { type ClientParameters, readClientCredentials } from "./client-credentials.ts";
import { invalidClient } from "./errors.ts";

/** The client that authenticates with a request (RFC 6749 §2.3). Throws `invalid_client`, `invalid_request`. */
export async function authenticateClient(
  ctx: Context,
  authorization: string | null,
  parameters: ClientParameters,
): Promise<ClientRecord> {
  const client = await authenticateClientIfGiven(ctx, authorization, parameters);
  if (!client) throw invalidClient();
  return client;
}

/** The same if authentication is optional: null if the request has no secret. A wrong secret is refused. */
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
