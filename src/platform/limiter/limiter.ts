import { and, eq, inArray, lt, or, type SQL, sql } from "drizzle-orm";

import type { Clock } from "../../kernel/clock.ts";
import { constant } from "../db/constant.ts";
import { deleteRows, updateRows } from "../db/effects.ts";
import type { Db } from "../db/port.ts";
import { createBoundedMap } from "./bounded-map.ts";
import type { Exceeded, Limit, Limiter, Spending, Spent } from "./port.ts";
import { type Cost, spendAll, type SpentRow } from "./statement.ts";
import { isUnder, limitCounts } from "./table.ts";
import { createTurns } from "./turns.ts";

/** Sources that a replica remembers, of each kind: about 200 bytes each. A flood of new ones removes the oldest. */
const rememberedSources = 20_000;

/** The part of a window's points that this replica has counted itself. */
interface OwnCount {
  unshared: number;
  /** The shared count when it was last read. */
  shared: number;
  readonly endsAt: number;
}

/**
 * The counts are rows of `limit_counts`, so that they are exact over all replicas and survive a restart. Without the database a
 * spending fails with `UNAVAILABLE`: an operation that is limited is never performed without its limit.
 */
export function createLimiter(clock: Clock): Limiter {
  const blockedUntil = createBoundedMap<number>(rememberedSources);
  const turns = createTurns();
  const ownCounts = createBoundedMap<OwnCount>(rememberedSources);

  function findExceeded(spendings: readonly Spending[]): Exceeded | null {
    const now = clock.now().getTime();
    for (const spending of spendings) {
      const until = blockedUntil.get(keyOf(spending));
      if (until !== undefined && until > now) return exceeded(spending.limit, until, now);
    }
    return null;
  }

  /** The points to add to the shared count; null while this replica counts alone. */
  function costOf({ limit, source }: Spending): Cost | null {
    const now = clock.now().getTime();
    if (limit.kind === "failures" || limit.unsharedPoints === 0)
      return { limit, source, points: 1 };
    const key = keyOf({ limit, source });
    const known = ownCounts.get(key);
    const own =
      known && known.endsAt > now
        ? known
        : { unshared: 0, shared: 0, endsAt: now + limit.windowSeconds * 1000 };
    if (own !== known) ownCounts.set(key, own);
    own.unshared += 1;
    const isFarBelow = own.shared + own.unshared <= limit.points / 2;
    if (isFarBelow && own.unshared <= limit.unsharedPoints) return null;
    const points = own.unshared;
    own.unshared = 0;
    return { limit, source, points };
  }

  function remember({ limit, source }: Cost, row: SpentRow, now: number): void {
    const key = keyOf({ limit, source });
    const endsAt = row.windowEndsAt.getTime();
    if (limit.kind === "window" && limit.unsharedPoints > 0) {
      const unshared = ownCounts.get(key)?.unshared ?? 0;
      ownCounts.set(key, { unshared, shared: row.points, endsAt });
    }
    const until = row.blockedUntil?.getTime() ?? 0;
    if (until > now) blockedUntil.set(key, until);
  }

  async function spendShared(db: Db, costs: readonly Cost[]): Promise<Spent> {
    const time = clock.now();
    const now = time.getTime();
    const rows = await spendAll(db, costs, time);
    let isFirstBlock = false;
    for (const [place, cost] of costs.entries()) {
      const row = rows.find((found) => found.place === place);
      if (!row) {
        // Another replica knows for how long: this one asks again after a second.
        blockedUntil.set(keyOf(cost), now + 1000);
        return exceeded(cost.limit, now + cost.limit.windowSeconds * 1000, now);
      }
      remember(cost, row, now);
      if (cost.limit.kind === "failures") {
        isFirstBlock = row.blocks === 1 && row.blockedUntil !== null;
      } else if (row.points > cost.limit.points) {
        return exceeded(cost.limit, row.windowEndsAt.getTime(), now);
      }
    }
    return { isWithin: true, isFirstBlock };
  }

  /** Forgets in memory that the sources are blocked, and gives the condition that finds their counts. */
  function release(spendings: readonly Spending[]): SQL {
    for (const spending of spendings) blockedUntil.delete(keyOf(spending));
    const pairs = spendings.map(
      ({ limit, source }) => sql`(${constant(limit.name)}, ${source}::text)`,
    );
    const which = sql`(${limitCounts.limitName}, ${limitCounts.source}) in (${sql.join(pairs, sql`, `)})`;
    if (pairs.length === 0) return sql`false`;
    // A single row has no order in which it could be locked.
    return pairs.length === 1 ? which : locked(which);
  }

  /** Locks the rows in the order in which an attempt locks them: by address, by account, its failures. */
  function locked(which: SQL | undefined): SQL {
    return sql`(${limitCounts.limitName}, ${limitCounts.source}) in (
      select limit_name, source from ${limitCounts} where ${which}
      order by limit_name desc, source for update)`;
  }

  return {
    findExceeded,
    async spend(db, spendings) {
      const known = findExceeded(spendings);
      if (known) return known;
      const costs = spendings.flatMap((spending) => costOf(spending) ?? []);
      const last = costs.at(-1);
      if (!last) return { isWithin: true, isFirstBlock: false };
      // The last limit is that of the narrowest source. Once it is known to be blocked, the others in line need no statement.
      return turns.run(
        keyOf(last),
        async () => findExceeded(spendings) ?? (await spendShared(db, costs)),
      );
    },
    clear: (spendings) => deleteRows(limitCounts, release(spendings)),
    clearUnder(limits, source) {
      blockedUntil.clear();
      const names = limits.map(({ name }) => name);
      return deleteRows(
        limitCounts,
        locked(and(inArray(limitCounts.limitName, names), isUnder(source))),
        "cleared counts",
      );
    },
    relieveUnder(limits, source) {
      blockedUntil.clear();
      const now = sql`${sql.param(clock.now(), limitCounts.blockedUntil)}::timestamptz`;
      const below = limits.map((limit) =>
        and(
          eq(limitCounts.limitName, limit.name),
          limit.kind === "failures" ? lt(limitCounts.total, limit.totalPoints) : undefined,
        ),
      );
      // An end in the past, not none: by it replicas are notified (trigger `limit_counts_notify_relieved`).
      const values = { points: 0, windowEndsAt: now, blockedUntil: now };
      return updateRows(
        limitCounts,
        values,
        locked(and(or(...below), isUnder(source))),
        "relieved counts",
      );
    },
    async clearNow(db, spendings) {
      await db.delete(limitCounts).where(release(spendings));
    },
    forget: () => blockedUntil.clear(),
  };
}

function keyOf({ limit, source }: Spending): string {
  return `${limit.name} ${source}`;
}

function exceeded(limit: Limit, until: number, now: number): Exceeded {
  const retryAfterSeconds = Math.max(1, Math.ceil((until - now) / 1000));
  return { isWithin: false, limit, retryAfterSeconds };
}
