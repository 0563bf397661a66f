import { AppError } from "../../kernel/errors.ts";
import type { Exceeded, Limit, Spending, Spent } from "../../platform/limiter/port.ts";
import type { Context } from "../../platform/platform.ts";

/**
 * Check-and-spend: spends a point of each limit, in order, until one is exceeded. With `RATE_LIMITS_ENABLED=false` only the
 * limits on failures count.
 */
export async function spend(ctx: Context, spendings: readonly Spending[]): Promise<Spent> {
  const spent = await ctx.limiter.spend(ctx.db, enforced(ctx, spendings));
  if (!spent.isWithin) ctx.counts.countLimitHit(spent.limit.name);
  return spent;
}

/** The same. Throws `RATE_LIMITED` if a limit is exceeded. */
export async function spendOrReject(ctx: Context, spendings: readonly Spending[]): Promise<void> {
  const spent = await spend(ctx, spendings);
  if (!spent.isWithin) throw rateLimited(spent);
}

/** Check-only: the first limit that this replica knows to be exceeded, or null. */
export function findExceeded(ctx: Context, spendings: readonly Spending[]): Exceeded | null {
  const exceeded = ctx.limiter.findExceeded(enforced(ctx, spendings));
  if (exceeded) ctx.counts.countLimitHit(exceeded.limit.name);
  return exceeded;
}

/** The same. Throws `RATE_LIMITED` if a limit is exceeded. */
export function assertNotExceeded(ctx: Context, spendings: readonly Spending[]): void {
  const exceeded = findExceeded(ctx, spendings);
  if (exceeded) throw rateLimited(exceeded);
}

/** The error of an exceeded limit. */
export function rateLimited({ limit, retryAfterSeconds }: Exceeded): AppError {
  return new AppError("RATE_LIMITED", "Too many requests. Please try again later.", {
    retryAfterSeconds,
    limit: { points: limit.points, windowSeconds: limit.windowSeconds },
    logDetail: limit.name,
  });
}

/** The spendings whose limits are in force: with `RATE_LIMITS_ENABLED=false` those on failures alone. */
export function enforced(
  { settings }: Context,
  spendings: readonly Spending[],
): readonly Spending[] {
  const isOn = ({ kind }: Limit): boolean => settings.rateLimitsEnabled || kind === "failures";
  return spendings.filter(({ limit }) => isOn(limit));
}
