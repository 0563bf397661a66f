import { type SQL, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { constant } from "../db/constant.ts";
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
    ? sql`exists (select from ${name} where ${name}.points <= ${constant(points)})`
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
  const limitPoints = constant(limit.points);
  const hasEnded = sql`${limitCounts.windowEndsAt} <= ${now}`;
  const endsAt = sql`(case when ${hasEnded} then excluded.window_ends_at else ${limitCounts.windowEndsAt} end)`;
  const count = sql`(case when ${hasEnded} then excluded.points
    else least(${limitCounts.points} + excluded.points, 1000000000) end)`;
  return sql`insert into ${limitCounts}
      (limit_name, source, points, total, blocks, window_ends_at, blocked_until, expires_at)
    select ${constant(limit.name)}, ${source}::text, ${points}::int, 0, 0, ${end},
      case when ${points}::int >= ${limitPoints} then ${end} end, ${end}${condition}
    on conflict (limit_name, source) do update set
      points = ${count},
      window_ends_at = ${endsAt},
      blocked_until = case when ${count} >= ${limitPoints} then ${endsAt} end,
      expires_at = ${endsAt}`;
}

/**
 * The doubling ends at a day; more than 16 doublings would overflow no number, but mean nothing. `offset 0` keeps the planner from
 * computing each value once more wherever it is used.
 */
function spendFailure(limit: FailureLimit, { source, now: time, condition }: Part): SQL {
  const now = at(time);
  const { windowSeconds } = limit;
  const points = constant(limit.points);
  const totalPoints = constant(limit.totalPoints);
  const longest = constant(longestBlockSeconds);
  const seconds = sql`case when total >= ${totalPoints} then ${longest}
    else least(${constant(windowSeconds)} * power(2, least(points - ${points}, 16)), ${longest}) end`;
  const isFirstABlock = limit.points <= 1;
  const blockedUntil = isFirstABlock ? addSeconds(time, windowSeconds) : null;
  const windowEndsAt = addSeconds(blockedUntil ?? time, windowSeconds);
  const kept = windowSeconds + totalKeptSeconds.neverBlocked;
  const blockedKept = windowSeconds + totalKeptSeconds.blocked;
  return sql`insert into ${limitCounts}
      (limit_name, source, points, total, blocks, window_ends_at, blocked_until, expires_at)
    select ${constant(limit.name)}, ${source}::text, 1, 1, ${constant(Number(isFirstABlock))},
      ${at(windowEndsAt)}, ${at(blockedUntil)}, ${at(addSeconds(time, isFirstABlock ? blockedKept : kept))}${condition}
    on conflict (limit_name, source) do update
    set (points, total, blocks, blocked_until, window_ends_at, expires_at) = (
      select points, total, blocks, blocked_until,
        coalesce(blocked_until, now) + ${interval(windowSeconds)},
        now + case when blocks > 0 then ${interval(blockedKept)} else ${interval(kept)} end
      from (
        select now, points, total, ${limitCounts.blocks} + is_block::int as blocks,
          case when is_block then now + make_interval(secs => ${seconds}) end as blocked_until
        from (
          select now, points, total, points >= ${points} or total >= ${totalPoints} as is_block
          from (
            select now, case when ${limitCounts.windowEndsAt} <= now then 1 else ${limitCounts.points} + 1 end as points,
              ${limitCounts.total} + 1 as total
            from (select ${now} as now) as present offset 0
          ) as counted offset 0
        ) as decided offset 0
      ) as next)
    where ${limitCounts.blockedUntil} is null or ${limitCounts.blockedUntil} <= ${now}`;
}

function interval(seconds: number): SQL {
  return sql`interval ${constant(`${seconds} seconds`)}`;
}

function at(time: Date | null): SQL {
  return sql`${sql.param(time, limitCounts.expiresAt)}::timestamptz`;
}
