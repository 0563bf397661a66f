import { and, asc, eq, gt, or, type SQL, sql } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import { once } from "../../platform/db/effects.ts";
import { isUnder, limitCounts } from "../../platform/limiter/table.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";

/** The count of one limit for one source. */
export interface ListedCount {
  readonly limitName: string;
  readonly source: string;
  readonly points: number;
  readonly windowEndsAt: Date;
  readonly blockedUntil: Date | null;
}

/** Which counts: of a limit by name, of a source and its known devices; of all of them without either. */
export interface CountFilter {
  readonly limitName: string | null;
  readonly source: string | null;
}

/** The counts that are in force, by limit and source. */
export function listLimits(
  ctx: Context,
  filter: CountFilter,
  maximum: number,
): Promise<ListedCount[]> {
  const now = ctx.clock.now();
  const isInForce = or(gt(limitCounts.windowEndsAt, now), gt(limitCounts.blockedUntil, now));
  return ctx.db
    .select({
      limitName: limitCounts.limitName,
      source: limitCounts.source,
      points: limitCounts.points,
      windowEndsAt: limitCounts.windowEndsAt,
      blockedUntil: limitCounts.blockedUntil,
    })
    .from(limitCounts)
    .where(and(isInForce, matches(filter)))
    .orderBy(asc(limitCounts.limitName), asc(limitCounts.source))
    .limit(maximum);
}

/** Deletes counts, so that their sources are admitted again on every replica, and records it. Returns their number. */
export async function clearLimits(ctx: Context, filter: CountFilter): Promise<number> {
  const query = ctx.db
    .delete(limitCounts)
    .where(matches(filter) ?? sql`true`)
    .returning({ limitName: limitCounts.limitName });
  const announce = () => ({ subject: "limits", id: "" }) as const;
  const detail = { limit: filter.limitName, source: filter.source };
  const rows = await commit(ctx, { query, announce }, () => [
    once(recordAudit(ctx, { action: "limits.cleared", result: "success", userId: null, detail })),
  ]);
  return rows.length;
}

function matches({ limitName, source }: CountFilter): SQL | undefined {
  return and(
    limitName === null ? undefined : eq(limitCounts.limitName, limitName),
    source === null ? undefined : isUnder(source),
  );
}
