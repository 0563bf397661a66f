import { and, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import type { ReturningQuery } from "../../platform/db/drizzle-internals.ts";
import { type Effect, updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { findStep } from "../../platform/totp/totp.ts";
import { recordAudit } from "../audit/index.ts";
import { isActiveUser, users } from "../users/index.ts";
import { countAttempt, type FailedAttempt, recordWrongCode } from "./count-attempt.ts";
import { findFactor } from "./factors.ts";
import type { FactorOwner } from "./find-required-factor.ts";
import { mailChange } from "./mail-change.ts";
import { digestOfRecoveryCode } from "./recovery-codes.ts";
import { recoveryCodes, totpFactors } from "./table.ts";

/** The form of a code of an authenticator app. */
const appCode = /^[0-9]{6}$/;

/** What is sent as the second factor: a code of the app, or a recovery code. */
export type SentFactor = { readonly code: string } | { readonly recoveryCode: string };

/** The user of a code, as the statement finds them. */
interface LockedUser {
  readonly credentialsVersion: number;
  readonly isUnverified: boolean;
  readonly email: string;
}

/** A code that was right when it was compared. The statement that relies on it decides whether it is still unused. */
export interface FactorProof {
  /** Locks the user and the code, and gives a row while the user is as they were and the code is unused. */
  readonly query: ReturningQuery<Record<string, unknown>, LockedUser>;
  /** Uses the code up. Leave it out of a statement that deletes the codes. */
  readonly consumption: readonly Effect[];
  /** The further effects of a right code: the count of failures is deleted, the use of a recovery code is recorded and mailed. */
  readonly effects: readonly Effect[];
}

/**
 * Compares a second factor. Every way to try one calls it: the attempt is counted before the comparison, over all replicas, and
 * counts as a failure until the statement that relies on the proof deletes the count. Throws `INVALID_CODE`, `RATE_LIMITED`.
 */
export async function proveFactor(
  ctx: Context,
  owner: FactorOwner & { readonly email: string },
  sent: SentFactor,
  failed: FailedAttempt,
): Promise<FactorProof> {
  const kind = "code" in sent ? "app code" : "recovery code";
  const attempt = await countAttempt(ctx, owner, kind, failed);
  const unused =
    "code" in sent
      ? await findAppCode(ctx, owner, sent.code)
      : await findRecoveryCode(ctx, owner, sent.recoveryCode);
  if (unused === null) {
    await recordWrongCode(ctx, owner, attempt, failed);
    throw invalidCode();
  }
  return {
    ...unused,
    effects: [
      attempt.clear(),
      ...("code" in sent ? [] : recordRecoveryCode(ctx, owner, failed.sessionId)),
    ],
  };
}

/** The error for every wrong, used or expired code. */
export function invalidCode(): AppError {
  return new AppError("INVALID_CODE", "The code is wrong, used or expired.");
}

type UnusedCode = Pick<FactorProof, "query" | "consumption">;

async function findAppCode(
  ctx: Context,
  owner: FactorOwner,
  code: string,
): Promise<UnusedCode | null> {
  const { userId } = owner;
  const factor = appCode.test(code) ? await findFactor(ctx, userId) : null;
  const step =
    factor?.isConfirmed === true ? await findStep(factor.secret, code, ctx.clock.now()) : null;
  if (factor === null || step === null || step <= (factor.lastUsedStep ?? -1)) return null;
  const { lastUsedStep, sealedSecret, confirmedAt } = totpFactors;
  // The one that was read: of two statements with different codes the second would not see what the first wrote.
  const isLast =
    factor.lastUsedStep === null ? isNull(lastUsedStep) : eq(lastUsedStep, factor.lastUsedStep);
  const query = ctx.db
    .select(lockedUser)
    .from(users)
    .innerJoin(totpFactors, eq(totpFactors.userId, users.id))
    .where(
      and(isSame(owner), isNotNull(confirmedAt), eq(sealedSecret, factor.sealedSecret), isLast),
    )
    .for("no key update");
  const use = updateRows(totpFactors, { lastUsedStep: step }, eq(totpFactors.userId, userId));
  return { query, consumption: [use] };
}

async function findRecoveryCode(
  ctx: Context,
  owner: FactorOwner,
  code: string,
): Promise<UnusedCode | null> {
  const { userId } = owner;
  const isUnused = and(
    eq(recoveryCodes.userId, userId),
    eq(recoveryCodes.digest, digestOfRecoveryCode(userId, code)),
    isNull(recoveryCodes.usedAt),
  );
  const { id } = recoveryCodes;
  const [found] = await ctx.db.select({ id }).from(recoveryCodes).where(isUnused);
  if (!found) return null;
  const query = ctx.db
    .select(lockedUser)
    .from(users)
    .innerJoin(recoveryCodes, eq(recoveryCodes.userId, users.id))
    .where(and(isSame(owner), isUnused))
    .for("no key update");
  const use = updateRows(recoveryCodes, { usedAt: ctx.clock.now() }, eq(id, found.id));
  return { query, consumption: [use] };
}

/** What a statement needs that relies on the proof. The user is locked first, as by every change of credentials. */
const lockedUser = {
  credentialsVersion: users.credentialsVersion,
  isUnverified: sql<boolean>`${users.emailVerifiedAt} is null`.as("is_unverified"),
  email: users.email,
};

function isSame({ userId, credentialsVersion }: FactorOwner): SQL | undefined {
  return and(isActiveUser(userId), eq(users.credentialsVersion, credentialsVersion));
}

function recordRecoveryCode(
  ctx: Context,
  { userId, email }: { readonly userId: string; readonly email: string },
  sessionId?: string,
): Effect[] {
  const action = "user.recovery_code_used";
  return [
    recordAudit(ctx, {
      action,
      result: "success",
      userId,
      ...(sessionId === undefined ? {} : { sessionId }),
    }),
    mailChange(ctx, { userId, email }, "recovery_code_used"),
  ];
}
