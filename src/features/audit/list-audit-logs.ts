import { and, desc, eq, gte, lt, lte, type SQL } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { isUuid, lowestIdOf } from "../../kernel/ids.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Platform } from "../../platform/platform.ts";
import { auditLog } from "./table.ts";

const list = "audit-logs";

/** Which rows are asked for; null means all. */
export interface AuditFilter {
  /** The user to whom it was done. */
  readonly userId: string | null;
  readonly action: string | null;
  /** From this moment on. */
  readonly from: Date | null;
  /** Up to this moment, itself included. */
  readonly to: Date | null;
}

/** A row as it was written. */
export type AuditRecord = typeof auditLog.$inferSelect;

/** A page of the audit log, the newest row first. Throws `VALIDATION_ERROR` for a cursor that is not of this list. */
export async function listAuditLogs(
  ctx: Platform,
  filter: AuditFilter,
  { limit, cursor }: PageQuery,
): Promise<Page<AuditRecord>> {
  const after = cursor === null ? null : decodeCursor(list, cursor, isUuid);
  const rows = await ctx.db
    .select()
    .from(auditLog)
    .where(and(...conditionsOf(filter), after === null ? undefined : lt(auditLog.id, after)))
    .orderBy(desc(auditLog.id))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.id));
}

/** A row's id is drawn about when it is written; more than this lies between the two on no machine that works. */
const secondsBetweenIdAndMoment = 10;

/** Ids are in the order of time, and indexed with what is filtered by: they narrow it down, and the moment decides. */
function conditionsOf({ userId, action, from, to }: AuditFilter): SQL[] {
  const margin = secondsBetweenIdAndMoment;
  return [
    ...(userId === null ? [] : [eq(auditLog.userId, userId)]),
    ...(action === null ? [] : [eq(auditLog.action, action)]),
    ...(from === null
      ? []
      : [gte(auditLog.id, lowestIdOf(addSeconds(from, -margin))), gte(auditLog.at, known(from))]),
    ...(to === null
      ? []
      : [lt(auditLog.id, lowestIdOf(addSeconds(to, margin))), lte(auditLog.at, known(to))]),
  ];
}

/** The nearest moment that Postgres reads as we write it: none of ours is before 1970 or after 9999. */
function known(timestamp: Date): Date {
  return new Date(Math.min(Math.max(timestamp.getTime(), 0), Date.UTC(9999, 11, 31)));
}
