import { eq } from "drizzle-orm";

import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { newClientSecret } from "./client-secret.ts";
import { clientNotFound } from "./errors.ts";
import type { ClientWithSecret } from "./create-client.ts";
import { clientColumns } from "./queries.ts";
import { clients } from "./table.ts";

/** Gives a client another secret; the old one is worthless at once. Throws `NOT_FOUND`. */
export async function rotateClientSecret(
  ctx: Context,
  clientId: string,
): Promise<ClientWithSecret> {
  const { secret, hash } = newClientSecret(ctx);
  const rotated = ctx.db
    .$with("rotated")
    .as(
      ctx.db
        .update(clients)
        .set({ secretHash: hash, updatedAt: ctx.clock.now() })
        .where(eq(clients.clientId, clientId))
        .returning(clientColumns),
    );
  const [client] = await withEffects(ctx.db, rotated, [
    recordAudit(ctx, {
      action: "client.secret_rotated",
      result: "success",
      userId: null,
      detail: { client_id: clientId },
    }),
  ])
    .select()
    .from(rotated);
  if (!client) throw clientNotFound();
  return { client, secret };
}
