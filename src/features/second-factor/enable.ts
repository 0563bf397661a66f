import { and, eq, isNull, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import { updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { findStep } from "../../platform/totp/totp.ts";
import { recordAudit, recordFailure, recordRefusal } from "../audit/index.ts";
import { storeKnownDevice } from "../devices/index.ts";
import { recordEvent } from "../events/index.ts";
import {
  countAttempt,
  createRecoveryCodes,
  deleteRecoveryCodes,
  findFactor,
  invalidCode,
  mailChange,
  storeRecoveryCodes,
  totpFactors,
} from "../mfa/index.ts";
import { endOtherSessions } from "../sessions/index.ts";
import { isActive, isActiveUser, nextCredentialsVersion, users } from "../users/index.ts";

const action = "user.mfa_enabled";

/**
 * Turns the second factor on, by a code of the app that proves that it has the secret. Ends the user's other sessions. Gives the
 * recovery codes, which are not shown again. Throws `INVALID_CODE`, `CONFLICT` (nothing was begun, or it is on), `RATE_LIMITED`.
 */
export async function enable(ctx: Context<UserActor>, code: string): Promise<string[]> {
  const { userId, sessionId } = ctx.actor;
  const pending = await recordRefusal(ctx, { action, userId, detail: {} }, () => findPending(ctx));
  const owner = { userId, credentialsVersion: pending.credentialsVersion };
  const attempt = await countAttempt(ctx, owner, "app code", { action, sessionId });
  const step = await findStep(pending.secret, code, ctx.clock.now());
  if (step === null) throw refuse(ctx, "wrong_code");

  const codes = await createRecoveryCodes(ctx);
  const isPending = and(
    eq(totpFactors.userId, userId),
    isNull(totpFactors.confirmedAt),
    eq(totpFactors.sealedSecret, pending.sealedSecret),
  );
  // Both rows are locked: of a new secret that is being stored the statement sees all or nothing.
  const query = ctx.db
    .select({
      email: users.email,
      credentialsVersion: sql<number>`${nextCredentialsVersion}`.as("credentials_version"),
    })
    .from(users)
    .innerJoin(totpFactors, eq(totpFactors.userId, users.id))
    .where(
      and(
        eq(users.id, userId),
        eq(users.credentialsVersion, pending.credentialsVersion),
        isActive,
        isPending,
      ),
    )
    .for("no key update");
  const announce = () => ({ subject: "user", id: userId }) as const;
  const now = ctx.clock.now();
  const [row] = await commit(ctx, { query, announce }, ({ email }) => [
    updateRows(totpFactors, { confirmedAt: now, lastUsedStep: step }, isPending),
    deleteRecoveryCodes(userId),
    storeRecoveryCodes(ctx, userId, codes),
    ...endOtherSessions(ctx, "mfa_enabled"),
    attempt.clear(),
    recordAudit(ctx, { action, result: "success", userId, sessionId }),
    ...recordEvent(ctx, action, { user_id: userId }),
    mailChange(ctx, { userId, email }, "enabled"),
  ]);
  if (!row) throw refuse(ctx, "account_changed");
  storeKnownDevice(ctx, { userId, credentialsVersion: row.credentialsVersion });
  return codes;
}

/** The secret that was begun with, and the version of the user's credentials. */
async function findPending(ctx: Context<UserActor>) {
  const { userId } = ctx.actor;
  const [user] = await ctx.db
    .select({ credentialsVersion: users.credentialsVersion })
    .from(users)
    .where(isActiveUser(userId));
  const factor = user ? await findFactor(ctx, userId) : null;
  if (!user || !factor) {
    throw new AppError("CONFLICT", "Begin at /api/v1/auth/2fa/setup.");
  }
  if (factor.isConfirmed) throw new AppError("CONFLICT", "Two-factor authentication is on.");
  return { ...factor, ...user };
}

function refuse(ctx: Context<UserActor>, reason: string): AppError {
  const { userId, sessionId } = ctx.actor;
  recordFailure(ctx, { action, userId, sessionId, detail: { reason } });
  return invalidCode();
}
