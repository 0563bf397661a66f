import { and, eq, sql } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import { rowVersion, untilWritten } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { useIdTokenAlgorithm } from "../keys/index.ts";
import { assertMayTrust } from "./assert-may-trust.ts";
import { assertValidSettings, type ClientSettings, hasUsers } from "./client-settings.ts";
import {
  clientColumns,
  clientNotFound,
  type ClientRecord,
  hasSecret,
  storableClientId,
} from "./queries.ts";
import { clients } from "./table.ts";

/**
 * Changes settings of a client, at once on every replica, and gives it after the change. A client that no longer authenticates
 * with its secret loses it. Throws `NOT_FOUND`, `FORBIDDEN` for a trusted client and another actor than an
 * admin, `VALIDATION_ERROR` for settings that are not valid together.
 */
export async function updateClient(
  ctx: Context,
  clientId: string,
  update: Partial<ClientSettings>,
): Promise<ClientRecord> {
  return untilWritten(async () => {
    const [row] = await ctx.db
      .select({ ...clientColumns, version: rowVersion(clients) })
      .from(clients)
      .where(eq(clients.clientId, storableClientId(clientId)));
    if (!row) throw clientNotFound();
    const { version, ...before } = row;
    const after = { ...before, ...update };
    assertMayTrust(ctx, before, after);
    assertValidSettings(after);
    if (hasUsers(after)) {
      await useIdTokenAlgorithm(ctx, after.idTokenSignedResponseAlg);
    }
    const query = ctx.db
      .update(clients)
      .set({
        ...update,
        ...(hasSecret(after) ? {} : { secretHash: null }),
        updatedAt: ctx.clock.now(),
      })
      .where(and(eq(clients.id, before.id), sql`${rowVersion(clients)} = ${version}`))
      .returning(clientColumns);
    const announce = () => ({ subject: "clients", id: "" }) as const;
    const [changed] = await commit(ctx, { query, announce }, () => [
      recordAudit(ctx, {
        action: "client.updated",
        result: "success",
        userId: null,
        detail: { client_id: clientId, fields: Object.keys(update) },
      }),
    ]);
    return changed ?? null;
  });
}
