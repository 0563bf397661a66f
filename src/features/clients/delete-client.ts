import { eq } from "drizzle-orm";

import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { clientNotFound } from "./errors.ts";
import { clientColumns } from "./queries.ts";
import { clients } from "./table.ts";

/** Deletes a client: its secret and its tokens are worthless here at once. Throws `NOT_FOUND`. */
export async function deleteClient(ctx: Context, clientId: string): Promise<void> {
  const deleted = ctx.db
    .$with("deleted")
    .as(ctx.db.delete(clients).where(eq(clients.clientId, clientId)).returning(clientColumns));
  const rows = await withEffects(ctx.db, deleted, [
    recordAudit(ctx, {
      action: "client.deleted",
      result: "success",
      userId: null,
      detail: { client_id: clientId },
    }),
  ])
    .select()
    .from(deleted);
  if (rows.length === 0) throw clientNotFound();
}
