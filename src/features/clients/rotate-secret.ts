import { and, eq, inArray } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import type { ClientWithSecret } from "./create-client.ts";
import { AppError } from "../../kernel/errors.ts";
import { isAdmin } from "../roles/index.ts";
import { assertMayTrust } from "./assert-may-trust.ts";
import { newClientSecret } from "./client-secret.ts";
import { clientColumns, clientNotFound, findClient, secretMethods } from "./queries.ts";
import { clients } from "./table.ts";

/**
 * Replaces the secret of a client; the old one is invalid at once. Throws `NOT_FOUND`, `FORBIDDEN` for a trusted client and another
 * actor than an admin, `CONFLICT` for a client without a secret.
 */
export async function rotateClientSecret(
  ctx: Context,
  clientId: string,
): Promise<ClientWithSecret> {
  const { secret, hash } = newClientSecret(ctx);
  const query = ctx.db
    .update(clients)
    .set({ secretHash: hash, updatedAt: ctx.clock.now() })
    .where(
      and(
        eq(clients.clientId, clientId),
        inArray(clients.tokenEndpointAuthMethod, [...secretMethods]),
        isAdmin(ctx.actor) ? undefined : eq(clients.trusted, false),
      ),
    )
    .returning(clientColumns);
  const [client] = await commit(ctx, { query }, () => [
    recordAudit(ctx, {
      action: "client.secret_rotated",
      result: "success",
      userId: null,
      detail: { client_id: clientId },
    }),
  ]);
  if (client) return { client, secret };
  const refused = await findClient(ctx, clientId);
  if (!refused) throw clientNotFound();
  assertMayTrust(ctx, refused);
  throw new AppError("CONFLICT", "This client does not authenticate with a secret.");
}
