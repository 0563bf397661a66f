import { and, isNotNull } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import type { Effect } from "../../platform/db/effects.ts";
import type { Limit, Spending } from "../../platform/limiter/port.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, recordFailure } from "../audit/index.ts";
import { deviceSource, findKnownDevice } from "../devices/index.ts";
import {
  addressSource,
  appCodeLimits,
  enforced,
  failedRecoveryCodes,
  rateLimited,
  spend,
} from "../limits/index.ts";
import { isActiveUser, users } from "../users/index.ts";
import type { FactorOwner } from "./find-required-factor.ts";
import { mailChange } from "./mail-change.ts";

/** What is recorded of an attempt that fails. */
export interface FailedAttempt {
  readonly action: AuditAction;
  readonly sessionId?: string;
}

/** A counted attempt. Until its counts are deleted it is a failure. */
export interface CountedAttempt {
  /** The effect of a right code: the counts of this device, or of the unknown ones, are deleted. */
  readonly clear: () => Effect;
  /** Whether it is the failure at which the account is paused first. */
  readonly isFirstBlock: boolean;
}

/**
 * Counts an attempt to prove the second factor, before the comparison and over all replicas. Throws `RATE_LIMITED`, which is
 * recorded.
 */
export async function countAttempt(
  ctx: Context,
  owner: FactorOwner,
  kind: "app code" | "recovery code",
  failed: FailedAttempt,
): Promise<CountedAttempt> {
  const counts = enforced(
    ctx,
    kind === "app code" ? appCodeCounts(ctx, owner) : recoveryCodeCounts(ctx, owner),
  );
  const spent = await spend(ctx, counts);
  if (!spent.isWithin) {
    recordFailure(ctx, { ...failed, userId: owner.userId, detail: { reason: "throttled" } });
    throw rateLimited(spent);
  }
  return { clear: () => ctx.limiter.clear(counts), isFirstBlock: spent.isFirstBlock };
}

/**
 * Records a wrong code. The user is mailed at the one at which the account is paused first: another person may know the password.
 */
export async function recordWrongCode(
  ctx: Context,
  { userId }: FactorOwner,
  { isFirstBlock }: CountedAttempt,
  failed: FailedAttempt,
): Promise<void> {
  recordFailure(ctx, { ...failed, userId, detail: { reason: "wrong_code" } });
  if (!isFirstBlock) return;
  // An address that is not verified may be another person's.
  const query = ctx.db
    .select({ email: users.email })
    .from(users)
    .where(and(isActiveUser(userId), isNotNull(users.emailVerifiedAt)));
  await commit(ctx, { query }, ({ email }) => [
    mailChange(ctx, { userId, email }, "codes_refused"),
  ]);
}

/** The effect of deleting the counts of a user's failures on all devices. */
export function clearAllAttempts(ctx: Context, userId: string): Effect {
  return ctx.limiter.clearUnder(allLimits(ctx), userId);
}

/**
 * The effect of a proof that the user has the mailbox, with a change of the password: no pause keeps them out. The total of wrong
 * codes stays, so that a person who reads the mailbox cannot try all codes.
 */
export function endPauses(ctx: Context, userId: string): Effect {
  return ctx.limiter.relieveUnder(allLimits(ctx), userId);
}

/** A known device has counts of its own, so that a person who knows the password cannot use up the tries of its user. */
function appCodeCounts(ctx: Context, owner: FactorOwner): readonly Spending[] {
  const device = findKnownDevice(ctx, owner);
  const source = device === null ? owner.userId : deviceSource(owner.userId, device);
  return appCodeLimits(ctx.settings).map((limit) => ({ limit, source }));
}

/** By address as well: a recovery code is what helps a user whose app codes are used up by another person. */
function recoveryCodeCounts(ctx: Context, owner: FactorOwner): readonly Spending[] {
  const { userId } = owner;
  const device = findKnownDevice(ctx, owner);
  const source = device === null ? `${userId} ${addressSource(ctx)}` : deviceSource(userId, device);
  return [{ limit: failedRecoveryCodes(ctx.settings), source }];
}

function allLimits({ settings }: Context): readonly Limit[] {
  return [...appCodeLimits(settings), failedRecoveryCodes(settings)];
}
