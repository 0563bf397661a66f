import { type SQL, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import type { Db } from "../db/port.ts";
import type { FailureLimit, Limit, WindowLimit } from "./port.ts";
import { limitCounts } from "./table.ts";

/** Points to be spent for one source. */
export interface Cost {
  readonly limit: Limit;
  readonly source: string;
  readonly points: number;
}

/** Where the row of a source stands after its cost was spent. */
export interface SpentRow {
  /** The place of the cost in the list. */
  readonly place: number;
  readonly points: number;
  readonly blocks: number;
  readonly windowEndsAt: Date;
  readonly blockedUntil: Date | null;
}

const longestBlockSeconds = 86_400;
/** A total ends after so long without a failure: failures of unknown accounts must not be stored without limit. */
const totalKeptSeconds = { neverBlocked: 86_400, blocked: 30 * 86_400 };

/**
 * Spends the costs in order, in one statement: each only if no earlier one exceeded its limit. Gives a row for each cost that was
 * spent; for a blocked source of a failure limit there is none. Rows are locked in the order of the list.
 */
export function spendAll(db: Db, costs: readonly Cost[], now: Date): Promise<SpentRow[]> {
  const parts = costs.map(({ limit, source, points }, place) => {
    const earlier = costs.slice(0, place).map((cost, index) => isWithin(cost.limit, index));
    const condition = earlier.length > 0 ? sql` where ${sql.join(earlier, sql` and `)}` : sql``;
    const part =
      limit.kind === "window"
        ? spendWindow(limit, { source, points, now, condition })
        : spendFailure(limit, { source, now, condition });
    return sql`${part} returning points, blocks, window_ends_at, blocked_until`;
  });
  const rows = costs.map(
    (_, place) => sql`select ${sql.raw(String(place))} as place, * from ${nameOf(place)}`,
  );
  return db
    .with(...parts.map((part, place) => db.$with(`spent_${place}`, {}).as(part)))
    .select({
      place: sql<number>`place`,
      points: sql<number>`points`,
      blocks: sql<number>`blocks`,
      windowEndsAt: sql`window_ends_at`.mapWith(limitCounts.windowEndsAt),
      blockedUntil: sql<Date | null>`blocked_until`.mapWith(limitCounts.blockedUntil),
    })
    .from(sql`(${sql.join(rows, sql` union all `)}) as spent`);
}

function nameOf(place: number): SQL {
  return sql`${sql.identifier(`spent_${place}`)}`;
}

function isWithin({ kind, points }: Limit, place: number): SQL {
  const name = nameOf(place);
  return kind === "window"
    ? sql`exists (select from ${name} where ${name}.points <= ${points})`
    : sql`exists (select from ${name})`;
}

interface Part {
  readonly source: string;
  readonly now: Date;
  /** Whether it is spent at all: `where …`, or nothing. */
  readonly condition: SQL;
}

function spendWindow(limit: WindowLimit, part: Part & { readonly points: number }): SQL {
  const { source, points, condition } = part;
  const now = at(part.now);
  const end = at(addSeconds(part.now, limit.windowSeconds));
  const hasEnded = sql`${limitCounts.windowEndsAt} <= ${now}`;
  const endsAt = sql`(case when ${hasEnded} then excluded.window_ends_at else ${limitCounts.windowEndsAt} end)`;
  const count = sql`(case when ${hasEnded} then excluded.points
    else least(${limitCounts.points} + excluded.points, 1000000000) end)`;
  const isSpentAtOnce = sql`(${points}::int >= ${limit.points}::int)`;
  return sql`insert into ${limitCounts}
      (limit_name, source, points, total, blocks, window_ends_at, blocked_until, expires_at)
    select ${limit.name}::text, ${source}::text, ${points}::int, 0, 0, ${end},
      case when ${isSpentAtOnce} then ${end} end, ${end}${condition}
    on conflict (limit_name, source) do update set
      points = ${count},
      window_ends_at = ${endsAt},
      blocked_until = case when ${count} >= ${limit.points}::int then ${endsAt} end,
      expires_at = ${endsAt}`;
}

/** The doubling ends at a day; more than 16 doublings would overflow no number, but mean nothing. */
function spendFailure(limit: FailureLimit, { source, now: time, condition }: Part): SQL {
  const now = at(time);
  const { points, totalPoints, windowSeconds } = limit;
  const series = sql`(case when ${limitCounts.windowEndsAt} <= ${now} then 1 else ${limitCounts.points} + 1 end)`;
  const total = sql`(${limitCounts.total} + 1)`;
  const isBlock = sql`(${series} >= ${points}::int or ${total} >= ${totalPoints}::int)`;
  const seconds = sql`case when ${total} >= ${totalPoints}::int then ${longestBlockSeconds}::float8
    else least(${windowSeconds}::float8 * power(2, least(${series} - ${points}::int, 16)), ${longestBlockSeconds}::float8) end`;
  const blockedUntil = sql`(case when ${isBlock} then ${now} + make_interval(secs => ${seconds}) end)`;
  const windowLength = sql`make_interval(secs => ${windowSeconds}::float8)`;
  const isFirstABlock = sql`(${points}::int <= 1)`;
  return sql`insert into ${limitCounts}
      (limit_name, source, points, total, blocks, window_ends_at, blocked_until, expires_at)
    select ${limit.name}::text, ${source}::text, 1, 1, ${isFirstABlock}::int,
      ${now} + ${windowLength} * (1 + ${isFirstABlock}::int),
      case when ${isFirstABlock} then ${now} + ${windowLength} end,
      ${now} + ${windowLength} + ${keptOf(isFirstABlock)}${condition}
    on conflict (limit_name, source) do update set
      points = ${series},
      total = ${total},
      blocks = ${limitCounts.blocks} + ${isBlock}::int,
      blocked_until = ${blockedUntil},
      window_ends_at = coalesce(${blockedUntil}, ${now}) + ${windowLength},
      expires_at = ${now} + ${windowLength} + ${keptOf(sql`(${limitCounts.blocks} > 0 or ${isBlock})`)}
    where ${limitCounts.blockedUntil} is null or ${limitCounts.blockedUntil} <= ${now}`;
}

function keptOf(isBlocked: SQL): SQL {
  const { neverBlocked, blocked } = totalKeptSeconds;
  return sql`make_interval(secs => case when ${isBlocked} then ${blocked}::float8 else ${neverBlocked}::float8 end)`;
}

function at(time: Date): SQL {
  return sql`${sql.param(time, limitCounts.expiresAt)}::timestamptz`;
}
