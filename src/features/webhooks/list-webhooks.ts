import { desc, lt } from "drizzle-orm";

import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { isUuid } from "../../kernel/ids.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Platform } from "../../platform/platform.ts";
import { selectWebhooks, type WebhookRecord } from "./queries.ts";
import { webhooks } from "./table.ts";

const list = "webhooks";

/** A page of all webhooks, the newest first. Throws `VALIDATION_ERROR` for a cursor that is not of this list. */
export async function listWebhooks(
  ctx: Platform,
  { limit, cursor }: PageQuery,
): Promise<Page<WebhookRecord>> {
  const after = cursor === null ? null : decodeCursor(list, cursor, isUuid);
  const rows = await selectWebhooks(ctx.db)
    .where(after === null ? undefined : lt(webhooks.id, after))
    .orderBy(desc(webhooks.id))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.id));
}
