import { sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import { insertRow } from "../../platform/db/effects.ts";
import { untilWritten } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { eventDestinations } from "../events/index.ts";
import { getWebhook, type WebhookRecord } from "./queries.ts";
import { newWebhookSecret, sealSecrets } from "./secrets.ts";
import { webhooks } from "./table.ts";
import { checkTypes, checkUrl } from "./webhook-input.ts";

const maximumWebhooks = 50;

/** What a webhook is created with. `eventTypes` is null for all types. */
export interface NewWebhook {
  readonly url: string;
  readonly eventTypes: readonly string[] | null;
  readonly description: string | null;
}

/** A webhook and its secret, which is shown once. */
export interface WebhookWithSecret {
  readonly webhook: WebhookRecord;
  readonly secret: string;
}

/**
 * Creates a webhook, which gets the events after it. Throws `VALIDATION_ERROR` (the URL, an unknown type), `CONFLICT` (there are
 * 50 already).
 */
export async function createWebhook(ctx: Context, input: NewWebhook): Promise<WebhookWithSecret> {
  const url = checkUrl(ctx, input.url);
  const types = input.eventTypes && checkTypes(input.eventTypes);
  const now = ctx.clock.now();
  const id = ctx.random.id(now);
  const secret = newWebhookSecret(ctx);
  const row = {
    id,
    url: url.href,
    description: input.description,
    secrets: sealSecrets(ctx, id, { current: secret, previous: null }),
    createdAt: now,
    updatedAt: now,
  };
  await untilWritten(async () => {
    const query = ctx.db
      .insert(webhooks)
      .values({ ...row, slot: freeSlot })
      .onConflictDoNothing({ target: webhooks.slot })
      .returning({ id: webhooks.id });
    const written = await commit(ctx, { query }, () => [
      insertRow(eventDestinations, { id, kind: "webhook", types, createdAt: now }),
      recordAudit(ctx, {
        action: "webhook.created",
        result: "success",
        userId: null,
        detail: { webhook_id: id, host: url.host, event_types: types },
      }),
    ]);
    if (written.length > 0) return true;
    const existing = await ctx.db.select({ id: webhooks.id }).from(webhooks);
    if (existing.length < maximumWebhooks) return null;
    throw new AppError("CONFLICT", `There are already ${maximumWebhooks} webhooks.`);
  });
  return { webhook: await getWebhook(ctx.db, id), secret };
}

/** A slot that no webhook has, or a taken one if all are taken. Chosen at random, so that racing statements choose differently. */
const freeSlot = sql`coalesce(
  (select free.slot from generate_series(1, ${sql.raw(String(maximumWebhooks))}) as free (slot)
    where not exists (select from ${webhooks} as other where other.slot = free.slot) order by random() limit 1), 1)`;
