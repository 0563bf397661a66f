import { eq, sql } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import { deleteRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { eventDeliveries, eventDestinations } from "../events/index.ts";
import { webhookNotFound } from "./queries.ts";
import { webhooks } from "./table.ts";

/** The retention job deletes any further deliveries: one statement that deleted a million rows could not end in time. */
const maximumDeliveries = 10_000;

/** Deletes a webhook with its deliveries. Nothing is sent to it any more. Throws `NOT_FOUND`. */
export async function deleteWebhook(ctx: Context, id: string): Promise<void> {
  const query = ctx.db.delete(webhooks).where(eq(webhooks.id, id)).returning({ id: webhooks.id });
  const itsDeliveries = sql`${eventDeliveries}.ctid = any(array(
    select ctid from ${eventDeliveries} where destination_id = ${id} and length(destination_id) = 36
    limit ${sql.raw(String(maximumDeliveries))}))`;
  const rows = await commit(ctx, { query }, (row) => [
    deleteRows(eventDestinations, eq(eventDestinations.id, row.id)),
    deleteRows(eventDeliveries, itsDeliveries),
    recordAudit(ctx, {
      action: "webhook.deleted",
      result: "success",
      userId: null,
      detail: { webhook_id: id },
    }),
  ]);
  if (rows.length === 0) throw webhookNotFound();
}
