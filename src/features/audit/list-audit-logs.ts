import { and, desc, eq, gte, lt, lte, type SQL } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { isUuid, lowestIdOf } from "../../kernel/ids.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Platform } from "../../platform/platform.ts";
import { writeFailedAttempts } from "./failed-attempts.ts";
import { auditLog } from "./table.ts";

const list = "audit-logs";

/** Which rows to list; null means all. */
export interface AuditFilter {
  /** The user on whom the action was performed. */
  readonly userId: string | null;
  readonly action: string | null;
  /** From this time on. */
  readonly from: Date | null;
  /** Up to this time, itself included. */
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
  // A reader who has just seen an attempt fail expects its row.
  if (cursor === null) await writeFailedAttempts(ctx, { everything: false });
  const after = cursor === null ? null : decodeCursor(list, cursor, isUuid);
  const rows = await ctx.db
    .select()
    .from(auditLog)
    .where(and(...conditionsOf(filter), after === null ? undefined : lt(auditLog.id, after)))
    .orderBy(desc(auditLog.id))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.id));
}

/** A row's id is created shortly before the row is written: within this time on every machine that works. */
const secondsBetweenIdAndTime = 10;

/** Ids are in the order of time, and indexed together with the filters: they limit the rows, and the time decides. */
function conditionsOf({ userId, action, from, to }: AuditFilter): SQL[] {
  const margin = secondsBetweenIdAndTime;
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

/** The nearest time that Postgres reads as it is written: no row is from before 1970 or after 9999. */
function known(timestamp: Date): Date {
  return new Date(Math.min(Math.max(timestamp.getTime(), 0), Date.UTC(9999, 11, 31)));
}
