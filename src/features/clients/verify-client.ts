import { equalInConstantTime, sha256 } from "../../kernel/bytes.ts";
import type { Context, Platform } from "../../platform/platform.ts";
import { recordFailure } from "../audit/index.ts";
import { addressSource, assertNotExceeded, limits, spendOrReject } from "../limits/index.ts";
import { type ClientRecord, findClient, storableClientId } from "./queries.ts";

/** The id and the secret with which a client authenticates. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Compared with if there is no such client: no secret has this digest. */
const hashOfNoSecret = hashClientSecret("");

/**
 * The client that the credentials prove, or null. Whether the client is unknown or the secret wrong: the same query, the
 * same comparison, the same record in the audit log. Throws `RATE_LIMITED` after too many wrong secrets.
 */
export async function verifyClient(
  ctx: Context,
  { clientId, clientSecret }: ClientCredentials,
): Promise<ClientRecord | null> {
  const address = addressSource(ctx);
  const wrongSecrets = [
    { limit: limits.clientSecretsByAddress, source: address },
    {
      limit: limits.clientSecretByAddress,
      source: `${storableClientId(clientId)} ${address}`,
    },
  ];
  assertNotExceeded(ctx, wrongSecrets);
  const found = await findClient(ctx, clientId);
  const isRight = equalInConstantTime(
    hashClientSecret(clientSecret),
    found?.secretHash ?? hashOfNoSecret,
  );
  if (found && isRight) return found;
  await spendOrReject(ctx, wrongSecrets);
  const knownId = found?.clientId ?? null;
  recordFailure(ctx, {
    action: "client.authenticated",
    userId: null,
    clientId: knownId,
    detail: { client_id: knownId },
  });
  return null;
}

/** A new secret of 256 random bits, and the digest that is stored: with so many bits it cannot be reversed. */
export function newClientSecret(ctx: Platform): { secret: string; hash: string } {
  const secret = ctx.random.token(256);
  return { secret, hash: hashClientSecret(secret) };
}

function hashClientSecret(secret: string): string {
  return sha256(secret);
}
