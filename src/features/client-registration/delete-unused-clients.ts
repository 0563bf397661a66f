import { and, eq, gt, inArray, lte, notExists, type SQL, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { commit } from "../../platform/db/commit.ts";
import { batchSize } from "../../platform/db/delete-batch.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { clients, selfRegistered } from "../clients/index.ts";
import { userGrants } from "../consents/index.ts";
import { sessions } from "../sessions/index.ts";
import { clientDocuments } from "./table.ts";

/** For so long a client that no user uses is kept. */
const keptSeconds = 30 * 86_400;

/**
 * Deletes up to a batch of the clients that made themselves known 30 days ago or earlier and that no user uses, and gives their
 * number: anyone can register such clients. Kept are those that a user allows something or has a session of, those that an operator
 * changed, and, unless `CLIENT_REGISTRATION` is `open`, all that were registered: maybe with a token. A stop is honoured between two clients.
 */
export async function deleteUnusedClients(ctx: Context, stopping?: AbortSignal): Promise<number> {
  const before = addSeconds(ctx.clock.now(), -keptSeconds);
  const due = await ctx.db
    .select({ clientId: clients.clientId })
    .from(clients)
    .where(isUnused(ctx, before))
    .orderBy(clients.createdAt)
    .limit(batchSize);
  let deleted = 0;
  for (const { clientId } of due) {
    if (stopping?.aborted) break;
    // A user may have allowed it something since.
    const query = ctx.db
      .delete(clients)
      .where(and(eq(clients.clientId, clientId), isUnused(ctx, before)))
      .returning({ id: clients.id });
    const rows = await commit(ctx, { query }, () => [
      recordAudit(ctx, {
        action: "client.deleted",
        result: "success",
        userId: null,
        detail: { client_id: clientId, reason: "never_used" },
      }),
    ]);
    deleted += rows.length;
  }
  return deleted;
}

function isUnused({ db, settings }: Context, before: Date): SQL | undefined {
  const { clientId } = clients;
  const one = { one: sql`1` };
  const areAnyones =
    settings.clientRegistration === "open"
      ? (["registration", "metadata_document"] as const)
      : (["metadata_document"] as const);
  const isRead = and(eq(clientDocuments.clientId, clientId), gt(clientDocuments.fetchedAt, before));
  return and(
    selfRegistered(clients.createdBy),
    inArray(clients.createdBy, [...areAnyones]),
    lte(clients.createdAt, before),
    eq(clients.trusted, false),
    eq(clients.requireMfa, false),
    // A document that has changed changes its client; any other change is an operator's.
    sql`(${clients.createdBy} = 'metadata_document' or ${clients.updatedAt} = ${clients.createdAt})`,
    notExists(db.select(one).from(clientDocuments).where(isRead)),
    notExists(db.select(one).from(userGrants).where(eq(userGrants.clientId, clientId))),
    notExists(db.select(one).from(sessions).where(eq(sessions.clientId, clientId))),
  );
}
