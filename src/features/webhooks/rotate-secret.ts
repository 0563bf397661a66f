import { and, eq } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { commit } from "../../platform/db/commit.ts";
import { untilWritten } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import type { WebhookWithSecret } from "./create-webhook.ts";
import { getWebhook, webhookNotFound } from "./queries.ts";
import { newWebhookSecret, openSecrets, sealSecrets } from "./secrets.ts";
import { webhooks } from "./table.ts";

/** How long the previous secret signs too, while receivers change to the new one. */
const overlapSeconds = 86_400;

/** Replaces the secret of a webhook. The previous one also signs for 24 hours, an older one no more. Throws `NOT_FOUND`. */
export async function rotateWebhookSecret(ctx: Context, id: string): Promise<WebhookWithSecret> {
  const secret = newWebhookSecret(ctx);
  const now = ctx.clock.now();
  const endsAt = addSeconds(now, overlapSeconds).toISOString();
  await untilWritten(async () => {
    const [stored] = await ctx.db
      .select({ sealed: webhooks.secrets })
      .from(webhooks)
      .where(eq(webhooks.id, id));
    if (!stored) throw webhookNotFound();
    const replaced = openSecrets(ctx, id, stored.sealed);
    const previous = replaced && { secret: replaced.current, endsAt };
    const query = ctx.db
      .update(webhooks)
      .set({ secrets: sealSecrets(ctx, id, { current: secret, previous }), updatedAt: now })
      .where(and(eq(webhooks.id, id), eq(webhooks.secrets, stored.sealed)))
      .returning({ id: webhooks.id });
    const rows = await commit(ctx, { query }, () => [
      recordAudit(ctx, {
        action: "webhook.secret_rotated",
        result: "success",
        userId: null,
        detail: { webhook_id: id },
      }),
    ]);
    return rows.length > 0 ? true : null;
  });
  return { webhook: await getWebhook(ctx.db, id), secret };
}
