import { and, eq } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { isAdmin } from "../roles/index.ts";
import { assertMayTrust } from "./assert-may-trust.ts";
import { clientNotFound, findClient } from "./queries.ts";
import { clients } from "./table.ts";

/**
 * Deletes a client: its secret, its users' sessions and its tokens are invalid here at once. Throws `NOT_FOUND`, `FORBIDDEN` for a
 * trusted client and another actor than an admin.
 */
export async function deleteClient(ctx: Context, clientId: string): Promise<void> {
  const query = ctx.db
    .delete(clients)
    .where(
      and(
        eq(clients.clientId, clientId),
        isAdmin(ctx.actor) ? undefined : eq(clients.trusted, false),
      ),
    )
    .returning({ id: clients.id });
  const announce = () => ({ subject: "clients", id: "" }) as const;
  const rows = await commit(ctx, { query, announce }, () => [
    recordAudit(ctx, {
      action: "client.deleted",
      result: "success",
      userId: null,
      detail: { client_id: clientId },
    }),
  ]);
  if (rows.length > 0) return;
  const refused = await findClient(ctx, clientId);
  if (!refused) throw clientNotFound();
  assertMayTrust(ctx, refused);
  throw clientNotFound();
}
