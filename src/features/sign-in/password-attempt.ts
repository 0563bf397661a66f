import { sql } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import { type Effect, when } from "../../platform/db/effects.ts";
import type { Spending, Spent } from "../../platform/limiter/port.ts";
import type { Admission } from "../../platform/password-hasher/port.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, recordAudit, recordFailure } from "../audit/index.ts";
import {
  deviceSource,
  type DeviceUser,
  findKnownDevice,
  hasDeviceToken,
} from "../devices/index.ts";
import { recordEvent } from "../events/index.ts";
import {
  addressSource,
  assertNotExceeded,
  enforced,
  findExceeded,
  failedSignIns,
  limits,
  rateLimited,
  requestedMailLimits,
  spend,
} from "../limits/index.ts";
import { queueMail } from "../mail/index.ts";
import { isActiveUser, users } from "../users/index.ts";

/** A password, and the account whose password it is said to be, whether or not there is such an account. */
export interface TriedPassword {
  /** The account's canonical email address, or the identifier of an account that does not exist. */
  readonly account: string;
  /** Null if it does not exist. */
  readonly user: DeviceUser | null;
  readonly password: string;
  /** The password as it was typed. */
  readonly typed: string;
  readonly storedHash: string | null;
}

/** A counted attempt with a password. Until it succeeds it counts as a failure. */
export interface PasswordAttempt {
  /** `throttled`: too many attempts failed. The password was not compared, and the right one is refused like a wrong one. */
  readonly outcome: "right" | "wrong" | "throttled";
  /** Whether this is the failure at which an account is throttled first. */
  readonly isFirstBlock: boolean;
  /** The counts that a success deletes. */
  readonly clearedBySuccess: readonly Spending[];
}

/** Check-only, before any query: throws `RATE_LIMITED` if too many attempts came from this address. */
export function assertMayAttempt(ctx: Context): void {
  // A known device has its own counts, and its user is not known yet.
  if (!hasDeviceToken(ctx)) assertNotExceeded(ctx, [byAddress(ctx)]);
}

/**
 * Compares a password. Every way to try a password calls it. The attempt is counted when its turn has come and before the
 * comparison: of any number of parallel attempts no more are compared than may fail, and right ones do not keep each other out.
 * Throws `RATE_LIMITED`, `OVERLOADED`.
 */
export async function attemptPassword(
  ctx: Context,
  admission: Admission,
  { account, user, password, typed, storedHash }: TriedPassword,
): Promise<PasswordAttempt> {
  const device = user === null ? null : findKnownDevice(ctx, user);
  const source = device === null ? account : deviceSource(account, device);
  const clearedBySuccess = enforced(ctx, countsOf(ctx, source));
  const bySource =
    device === null ? byAddress(ctx) : { limit: limits.signInByDevice, source: device };
  const spendings = [bySource, ...clearedBySuccess];
  const counted = { isThrottled: isThrottled(findExceeded(ctx, spendings)), isFirstBlock: false };
  const mayStart = async (): Promise<boolean> => {
    const spent = await spend(ctx, spendings);
    counted.isThrottled = isThrottled(spent);
    counted.isFirstBlock = spent.isWithin && spent.isFirstBlock;
    return !counted.isThrottled;
  };
  const isRight =
    !counted.isThrottled &&
    (await ctx.hasher.verify(password, storedHash, { ...admission, mayStart }, typed));
  const compared = isRight ? "right" : "wrong";
  return {
    outcome: counted.isThrottled ? "throttled" : compared,
    isFirstBlock: counted.isFirstBlock,
    clearedBySuccess,
  };
}

/** Whether failures keep the account from being tried. Throws `RATE_LIMITED` if another limit is exceeded. */
function isThrottled(spent: Spent | null): boolean {
  if (spent === null || spent.isWithin) return false;
  if (spent.limit.kind === "window") throw rateLimited(spent);
  return true;
}

/** The effect of a success: the counts that the attempt added to are deleted. */
export function clearAttempt(ctx: Context, { clearedBySuccess }: PasswordAttempt): Effect {
  return ctx.limiter.clear(clearedBySuccess);
}

/**
 * The effect of a proof that the user has the mailbox: the counts of the account on all devices and of mails to it are
 * deleted, so that neither what others did nor their own failures keep the user out.
 */
export function clearAttemptsAt(ctx: Context, email: string): Effect {
  const own = countsOf(ctx, email).map(({ limit }) => limit);
  return ctx.limiter.clearUnder([...own, ...requestedMailLimits], email);
}

/** A failed attempt as it is recorded. */
export interface FailedAttempt {
  readonly action: AuditAction;
  readonly userId: string | null;
  readonly sessionId?: string;
  readonly reason: string;
}

/** Records a failed attempt. At the one at which an account is throttled first, its owner is mailed. */
export async function recordFailedAttempt(
  ctx: Context,
  attempt: PasswordAttempt,
  { action, userId, sessionId, reason }: FailedAttempt,
): Promise<void> {
  recordFailure(ctx, {
    action,
    userId,
    detail: { reason },
    ...(sessionId === undefined ? {} : { sessionId }),
  });
  if (!attempt.isFirstBlock) return;
  // For an unknown account the same statement, which finds nothing.
  const id = userId ?? ctx.random.id(ctx.clock.now());
  const query = ctx.db
    .select({
      id: users.id,
      email: users.email,
      isVerified: sql<boolean>`${users.emailVerifiedAt} is not null`.as("is_verified"),
    })
    .from(users)
    .where(isActiveUser(id));
  const { ipAddress, userAgent } = ctx.origin;
  const at = ctx.clock.now().toISOString();
  const content = { kind: "account-locked", at, ipAddress, userAgent } as const;
  await commit(ctx, { query }, ({ id: lockedId, email, isVerified }) => [
    recordAudit(ctx, { action: "user.locked", result: "success", userId: lockedId }),
    ...recordEvent(ctx, "user.locked", { user_id: lockedId, email, ip_address: ipAddress }),
    // An address that is not verified may be another person's.
    ...when(isVerified, [queueMail(ctx, { userId: lockedId, to: email, content })]),
  ]);
}

function byAddress(ctx: Context): Spending {
  return { limit: limits.signInByAddress, source: addressSource(ctx) };
}

function countsOf({ settings }: Context, source: string): readonly Spending[] {
  return [
    { limit: limits.signInByAccount, source },
    { limit: failedSignIns(settings), source },
  ];
}
