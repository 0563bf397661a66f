import { AppError } from "../../kernel/errors.ts";
import type { Columns, Effect } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordFailure } from "../audit/index.ts";
import { storeKnownDevice } from "../devices/index.ts";
import { recordEvent } from "../events/index.ts";
import type { UserRecord } from "../roles/index.ts";
import {
  openSession,
  type SessionProof,
  type SessionProofQuery,
  tokenResponse,
} from "../sessions/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import {
  clearAttempt,
  clearAttemptsAt,
  type PasswordAttempt,
  recordFailedAttempt,
} from "./password-attempt.ts";
import { demandSecondFactor } from "./demand-second-factor.ts";
import { rememberDevice } from "./remember-device.ts";

/** What a way to sign in has proven. */
export interface ProvenIdentity {
  readonly user: UserRecord;
  /** Authentication method references (RFC 8176). With `mfa` no second factor is asked for. */
  readonly amr: readonly string[];
  /** The version of the user's credentials at the time of the proof, so that a change since then is noticed. */
  readonly credentialsVersion: number;
  /** Whether the user has a second factor at that version; left out where it was not read. */
  readonly hasSecondFactor?: boolean;
  /** The attempt with a password that succeeded. */
  readonly attempt?: PasswordAttempt;
  /** A proof that the statement consumes which opens the session. */
  readonly proof?: ConsumedProof;
  /** What the proof came from, for the audit log: the name of a provider. */
  readonly by?: string;
}

/** A proof that can be used once. The statement that opens the session consumes it. */
export interface ConsumedProof {
  /** Whether it came from the user's mailbox, and so verifies the address. */
  readonly isOfMailbox: boolean;
  /** Gives a row while the proof is good. */
  readonly query: SessionProofQuery;
  /** The effects of consuming it, given that row. */
  readonly effects: (proof: Columns<SessionProof>) => readonly Effect[];
  /** The error when another sign-in has consumed it. */
  readonly refusal: AppError;
}

/**
 * Every way to sign in ends here: refuses users who are not verified, asks for the second factor, opens the session, records it,
 * mails the user about a new device, and gives the tokens. Throws `EMAIL_NOT_VERIFIED`, `MFA_REQUIRED` (the proof is consumed),
 * `INVALID_CREDENTIALS` (the account changed since the proof) or the error of the consumed proof.
 */
export async function completeSignIn(
  ctx: Context,
  identity: ProvenIdentity,
): Promise<TokenResponse> {
  const { user, amr, credentialsVersion, attempt, proof } = identity;
  const isOfMailbox = proof?.isOfMailbox === true;
  const emailVerifiedAt = user.emailVerifiedAt ?? (isOfMailbox ? ctx.clock.now() : null);
  if (ctx.settings.requireEmailVerification && emailVerifiedAt === null) {
    const { concealAccounts } = ctx.settings;
    await recordUnverified(ctx, identity, concealAccounts);
    // Anyone who registers another person's address would learn here whether that created an account.
    if (concealAccounts) throw invalidCredentials();
    throw new AppError("EMAIL_NOT_VERIFIED", "Verify your e-mail address before signing in.");
  }
  const demand = await demandSecondFactor(ctx, identity);
  if (demand instanceof AppError) throw demand;
  const opened =
    demand === "void"
      ? null
      : await openSession(
          ctx,
          { userId: user.id, amr, credentialsVersion, ...(proof ? { proof: proof.query } : {}) },
          (sessionId, row) => [
            ...(proof?.effects(row) ?? []),
            ...(isOfMailbox ? [clearAttemptsAt(ctx, user.email)] : []),
            ...(attempt ? [clearAttempt(ctx, attempt)] : []),
            recordAudit(ctx, {
              action: "user.login",
              result: "success",
              userId: user.id,
              sessionId,
              amr,
              ...(identity.by === undefined ? {} : { detail: { by: identity.by } }),
            }),
            ...recordEvent(ctx, "user.logged_in", {
              user_id: user.id,
              email: user.email,
              ip_address: ctx.origin.ipAddress,
            }),
            rememberDevice(ctx, user),
          ],
        );
  if (!opened) {
    recordRefusedSignIn(ctx, identity, proof ? "proof_void" : "account_changed");
    throw proof?.refusal ?? invalidCredentials();
  }
  storeKnownDevice(ctx, { userId: user.id, credentialsVersion: opened.credentialsVersion });
  return tokenResponse(ctx, { ...user, emailVerifiedAt }, { ...opened, amr });
}

/** A proof that was right and gave no session is a failed sign-in as well. */
function recordRefusedSignIn(ctx: Context, identity: ProvenIdentity, reason: string): void {
  const { user, by } = identity;
  const detail = { ...(by === undefined ? {} : { by }), reason };
  recordFailure(ctx, { action: "user.login", userId: user.id, detail });
}

/**
 * Records that an unverified user gave the right password. It is no failure of the limits, unless accounts are concealed: with the
 * counts deleted, a later 401 instead of 429 would tell that the password was right.
 */
async function recordUnverified(
  ctx: Context,
  identity: ProvenIdentity,
  isConcealed: boolean,
): Promise<void> {
  const { user, attempt } = identity;
  const reason = "email_not_verified";
  if (!attempt || !isConcealed) recordRefusedSignIn(ctx, identity, reason);
  if (!attempt) return;
  if (isConcealed) {
    const { id: userId } = user;
    return recordFailedAttempt(ctx, attempt, { action: "user.login", userId, reason });
  }
  await ctx.limiter.clearNow(ctx.db, attempt.clearedBySuccess);
}

/** The error of every failed sign-in, whatever the reason. The audit log has the reason. */
export function invalidCredentials(): AppError {
  return new AppError("INVALID_CREDENTIALS", "The credentials are incorrect.");
}
