import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { useIdTokenAlgorithm } from "../keys/index.ts";
import { assertMayTrust } from "./assert-may-trust.ts";
import { newClientSecret } from "./client-secret.ts";
import {
  assertValidSettings,
  type ClientSettings,
  completeSettings,
  hasUsers,
} from "./client-settings.ts";
import { clientColumns, type ClientRecord, hasSecret } from "./queries.ts";
import { type ClientOrigin, clients } from "./table.ts";

/** A client and its secret, which is shown once; null for a client that has none. */
export interface ClientWithSecret {
  readonly client: ClientRecord;
  readonly secret: string | null;
}

/**
 * Creates a client. Throws `FORBIDDEN` for a trusted one by another actor than an admin, `VALIDATION_ERROR` for settings that are
 * not valid, alone or together.
 */
export async function createClient(
  ctx: Context,
  chosen: Partial<ClientSettings> & Pick<ClientSettings, "name">,
  createdBy: ClientOrigin = "api",
): Promise<ClientWithSecret> {
  const settings = completeSettings(chosen);
  assertMayTrust(ctx, settings);
  assertValidSettings(settings);
  // Its first ID token would wait for a key.
  if (hasUsers(settings)) {
    await useIdTokenAlgorithm(ctx, settings.idTokenSignedResponseAlg);
  }
  const now = ctx.clock.now();
  const { secret, hash } = newClientSecret(ctx);
  const client = {
    id: ctx.random.id(now),
    clientId: `client_${ctx.random.token(128)}`,
    ...settings,
    createdBy,
    createdAt: now,
  };
  const isSecret = hasSecret(client);
  const query = ctx.db
    .insert(clients)
    .values({ ...client, secretHash: isSecret ? hash : null, updatedAt: now })
    .returning(clientColumns);
  await commit(ctx, { query }, () => [
    recordAudit(ctx, {
      action: "client.created",
      result: "success",
      userId: null,
      detail: { client_id: client.clientId, name: client.name },
    }),
  ]);
  return { client, secret: isSecret ? secret : null };
}
