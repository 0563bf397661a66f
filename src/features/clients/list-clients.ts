import { desc, lt } from "drizzle-orm";

import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { isUuid } from "../../kernel/ids.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Platform } from "../../platform/platform.ts";
import { clientColumns, type ClientRecord } from "./queries.ts";
import { clients } from "./table.ts";

const list = "clients";

/** A page of all clients, the newest first. Throws `VALIDATION_ERROR` for a cursor that is not of this list. */
export async function listClients(
  ctx: Platform,
  { limit, cursor }: PageQuery,
): Promise<Page<ClientRecord>> {
  const after = cursor === null ? null : decodeCursor(list, cursor, isUuid);
  const rows = await ctx.db
    .select(clientColumns)
    .from(clients)
    .where(after === null ? undefined : lt(clients.id, after))
    .orderBy(desc(clients.id))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.id));
}
