import { eq } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import type { ClientWithSecret } from "./create-client.ts";
import { clientColumns, clientNotFound } from "./queries.ts";
import { clients } from "./table.ts";
import { newClientSecret } from "./verify-client.ts";

/** Replaces the secret of a client; the old one is invalid at once. Throws `NOT_FOUND`. */
export async function rotateClientSecret(
  ctx: Context,
  clientId: string,
): Promise<ClientWithSecret> {
  const { secret, hash } = newClientSecret(ctx);
  const query = ctx.db
    .update(clients)
    .set({ secretHash: hash, updatedAt: ctx.clock.now() })
    .where(eq(clients.clientId, clientId))
    .returning(clientColumns);
  const [client] = await commit(ctx, { query }, () => [
    recordAudit(ctx, {
      action: "client.secret_rotated",
      result: "success",
      userId: null,
      detail: { client_id: clientId },
    }),
  ]);
  if (!client) throw clientNotFound();
  return { client, secret };
}
