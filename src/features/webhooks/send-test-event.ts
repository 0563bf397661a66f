import { and, eq, isNull } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { eventDestinations, recordEventFor } from "../events/index.ts";
import { getWebhook, webhookDisabled } from "./queries.ts";
import { webhooks } from "./table.ts";

/**
 * Sends an event of the type `webhook.test` to this webhook alone, and gives its id. Throws `NOT_FOUND`, `CONFLICT` (it is
 * disabled).
 */
export async function sendTestEvent(ctx: Context<UserActor>, webhookId: string): Promise<string> {
  const id = ctx.random.id(ctx.clock.now());
  const query = ctx.db
    .select({ id: webhooks.id })
    .from(webhooks)
    .innerJoin(eventDestinations, eq(eventDestinations.id, webhooks.id))
    .where(and(eq(webhooks.id, webhookId), isNull(eventDestinations.disabledAt)));
  const rows = await commit(ctx, { query }, () => [
    recordEventFor(ctx, {
      id,
      data: { user_id: ctx.actor.userId, webhook_id: webhookId },
      destinationId: webhookId,
    }),
    recordAudit(ctx, {
      action: "webhook.tested",
      result: "success",
      userId: null,
      detail: { webhook_id: webhookId, delivery_id: id },
    }),
  ]);
  if (rows.length > 0) return id;
  await getWebhook(ctx.db, webhookId);
  throw webhookDisabled();
}
