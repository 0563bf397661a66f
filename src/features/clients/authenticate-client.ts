import { invalidClient } from "../../kernel/oauth-error.ts";
import type { Context } from "../../platform/platform.ts";
import { recordFailure } from "../audit/index.ts";
import { addressSource, assertNotExceeded, limits, spendOrReject } from "../limits/index.ts";
import { isProvenByAssertion, subjectOfAssertion } from "./client-assertion.ts";
import {
  type ClientParameters,
  readClientCredentials,
  type SentCredentials,
} from "./client-credentials.ts";
import { isClientSecret } from "./client-secret.ts";
import {
  type ClientRecord,
  findClient,
  hasSecret,
  isPublicClient,
  storableClientId,
} from "./queries.ts";

/** A request of a client. */
export interface ClientRequest {
  /** The `Authorization` header. */
  readonly authorization: string | null;
  readonly parameters: ClientParameters;
  /** The path that it was sent to: an assertion may name the URL of the endpoint as its audience. */
  readonly path: string;
}

/**
 * The client that a request is from (RFC 6749 §2.3): by its secret, its assertion (RFC 7523), or, for a public client, its id
 * alone. Throws `invalid_client`, `invalid_request`, `RATE_LIMITED` after too many failures.
 */
export async function authenticateClient(
  ctx: Context,
  request: ClientRequest,
): Promise<ClientRecord> {
  const client = await authenticateClientIfSent(ctx, request);
  if (!client) throw invalidClient();
  return client;
}

/** The same for an endpoint that is for clients with a secret or a key only. */
export async function authenticateConfidentialClient(
  ctx: Context,
  request: ClientRequest,
): Promise<ClientRecord> {
  const client = await authenticateClient(ctx, request);
  if (isPublicClient(client)) throw invalidClient();
  return client;
}

/**
 * The same where a client is optional: null for a request without one, and for an id alone that is of no public client, which
 * proves nothing.
 */
export async function authenticateClientIfSent(
  ctx: Context,
  { authorization, parameters, path }: ClientRequest,
): Promise<ClientRecord | null> {
  const sent = readClientCredentials(authorization, parameters);
  if (sent === null) return null;
  if (sent.kind === "id") {
    const client = await findClient(ctx, sent.clientId);
    return client && isPublicClient(client) ? withoutSecret(client) : null;
  }
  return verifyCredentials(ctx, sent, path);
}

/**
 * The client that the credentials prove. Whether the client is unknown or its proof wrong: the same query, the same comparison,
 * the same record in the audit log.
 */
async function verifyCredentials(
  ctx: Context,
  sent: Exclude<SentCredentials, { kind: "id" }>,
  path: string,
): Promise<ClientRecord> {
  const clientId = sent.kind === "secret" ? sent.clientId : subjectOfAssertion(sent);
  const address = addressSource(ctx);
  const failures = [
    { limit: limits.clientSecretsByAddress, source: address },
    { limit: limits.clientSecretByAddress, source: `${storableClientId(clientId)} ${address}` },
  ];
  assertNotExceeded(ctx, failures);
  const found = await findClient(ctx, clientId);
  if (found && (await isProven(ctx, found, sent, path))) return withoutSecret(found);
  await spendOrReject(ctx, failures);
  const knownId = found?.clientId ?? null;
  recordFailure(ctx, {
    action: "client.authenticated",
    userId: null,
    clientId: knownId,
    detail: { client_id: knownId },
  });
  throw invalidClient();
}

async function isProven(
  ctx: Context,
  client: NonNullable<Awaited<ReturnType<typeof findClient>>>,
  sent: Exclude<SentCredentials, { kind: "id" }>,
  path: string,
): Promise<boolean> {
  if (sent.kind === "assertion") return isProvenByAssertion(ctx, client, sent.assertion, path);
  const isRight = isClientSecret(sent.secret, client.secretHash);
  return isRight && hasSecret(client);
}

function withoutSecret(found: NonNullable<Awaited<ReturnType<typeof findClient>>>): ClientRecord {
  const { secretHash: _secretHash, ...client } = found;
  return client;
}
