import { and, desc, eq, lt } from "drizzle-orm";

import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { isUuid } from "../../kernel/ids.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Context } from "../../platform/platform.ts";
import { clients } from "../clients/index.ts";
import { type AllowedResource, userGrants } from "./table.ts";

/** What a user allowed a client. */
export interface ConsentRecord {
  readonly id: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly scopes: readonly string[];
  readonly resources: readonly AllowedResource[];
  readonly grantedAt: Date;
}

const consentColumns = {
  id: userGrants.id,
  clientId: userGrants.clientId,
  clientName: clients.name,
  scopes: userGrants.scopes,
  resources: userGrants.resources,
  grantedAt: userGrants.grantedAt,
};

/** What a user allowed a client, or null. */
export async function findConsent(
  ctx: Context,
  { userId, clientId }: { readonly userId: string; readonly clientId: string },
): Promise<ConsentRecord | null> {
  const [found] = await ctx.db
    .select(consentColumns)
    .from(userGrants)
    .innerJoin(clients, eq(clients.clientId, userGrants.clientId))
    .where(and(eq(userGrants.userId, userId), eq(userGrants.clientId, clientId)));
  return found ?? null;
}

const list = "grants";

/** A page of what a user allowed, by client. Throws `VALIDATION_ERROR` for a cursor that is not of this list. */
export async function listConsents(
  ctx: Context,
  userId: string,
  { limit, cursor }: PageQuery,
): Promise<Page<ConsentRecord>> {
  const after = cursor === null ? null : decodeCursor(list, cursor, isUuid);
  const rows = await ctx.db
    .select(consentColumns)
    .from(userGrants)
    .innerJoin(clients, eq(clients.clientId, userGrants.clientId))
    .where(
      and(eq(userGrants.userId, userId), after === null ? undefined : lt(userGrants.id, after)),
    )
    .orderBy(desc(userGrants.id))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.id));
}
