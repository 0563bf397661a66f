import { eq, type SQL, sql } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import { type Effect, updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { eventDestinations } from "../events/index.ts";
import { getWebhook, type WebhookRecord, webhookNotFound } from "./queries.ts";
import { webhooks } from "./table.ts";
import { checkTypes, checkUrl } from "./webhook-input.ts";

/** What is to change about a webhook. `eventTypes` is null for all types. */
export interface WebhookUpdate {
  readonly url?: string | undefined;
  readonly eventTypes?: readonly string[] | null | undefined;
  readonly description?: string | null | undefined;
  readonly status?: "active" | "disabled" | undefined;
}

/**
 * Changes a webhook, and gives it after the change. Throws `NOT_FOUND`, `VALIDATION_ERROR` (the URL, an unknown type). While it is
 * disabled no events are written for it; those that were pending are sent when it is active again.
 */
export async function updateWebhook(
  ctx: Context,
  id: string,
  update: WebhookUpdate,
): Promise<WebhookRecord> {
  const { description, status } = update;
  const url = update.url === undefined ? undefined : checkUrl(ctx, update.url);
  const eventTypes = update.eventTypes && checkTypes(update.eventTypes);
  const changes = { url: url?.host, event_types: eventTypes, description, status };
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  if (given.length === 0) return getWebhook(ctx.db, id);
  const query = ctx.db
    .update(webhooks)
    .set({ url: url?.href, description, updatedAt: ctx.clock.now() })
    .where(eq(webhooks.id, id))
    .returning({ id: webhooks.id });
  const rows = await commit(ctx, { query }, (row) => [
    ...updateDestination(ctx, row.id, { types: eventTypes, status }),
    recordAudit(ctx, {
      action: "webhook.updated",
      result: "success",
      userId: null,
      detail: {
        webhook_id: id,
        fields: given.map(([name]) => name),
        ...(url ? { host: url.host } : {}),
        ...(eventTypes === undefined ? {} : { event_types: eventTypes }),
        ...(status ? { status } : {}),
      },
    }),
  ]);
  if (rows.length === 0) throw webhookNotFound();
  return getWebhook(ctx.db, id);
}

interface DestinationUpdate {
  readonly types: string[] | null | undefined;
  readonly status: WebhookUpdate["status"];
}

function updateDestination(
  ctx: Context,
  id: SQL<string>,
  { types, status }: DestinationUpdate,
): Effect[] {
  if (types === undefined && status === undefined) return [];
  const values = {
    ...(types === undefined ? {} : { types }),
    ...(status === undefined ? {} : statusColumns(ctx, status)),
  };
  return [updateRows(eventDestinations, values, eq(eventDestinations.id, id))];
}

/** A webhook that is disabled again keeps its first reason. One that is active again is tried at once. */
function statusColumns({ clock }: Context, status: "active" | "disabled") {
  const { disabledAt, disabledReason } = eventDestinations;
  if (status === "active") {
    return {
      disabledAt: null,
      disabledReason: null,
      retryAt: null,
      failures: 0,
      unavailableSince: null,
    };
  }
  const now = sql.param(clock.now(), disabledAt);
  return {
    disabledAt: sql`coalesce(${disabledAt}, ${now}::timestamptz)`,
    disabledReason: sql`case when ${disabledAt} is null then 'It was disabled by a user.' else ${disabledReason} end`,
  };
}
