import { AppError } from "../../kernel/errors.ts";
import type { Columns, Effect } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordFailure } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import type { UserRecord } from "../roles/index.ts";
import {
  openSession,
  type SessionProof,
  type SessionProofQuery,
  tokenResponse,
} from "../sessions/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import { storeKnownDevice } from "./device-token.ts";
import {
  clearAttempt,
  clearAttemptsAt,
  type PasswordAttempt,
  recordFailedAttempt,
} from "./password-attempt.ts";
import { rememberDevice } from "./remember-device.ts";

/** What a way to sign in has proven. */
export interface ProvenIdentity {
  readonly user: UserRecord;
  /** Authentication method references (RFC 8176). */
  readonly amr: readonly string[];
  /** The version of the user's credentials at the time of the proof, so that a change since then is noticed. */
  readonly credentialsVersion: number;
  /** The attempt with a password that succeeded. */
  readonly attempt?: PasswordAttempt;
  /** A proof that came from the user's mailbox. */
  readonly mailbox?: MailboxProof;
}

/** A proof that the user has the mailbox, and so verifies the address. The statement that opens the session consumes it. */
export interface MailboxProof {
  /** Gives a row while the proof is good. */
  readonly proof: SessionProofQuery;
  /** The effects of consuming it, given that row. */
  readonly effects: (proof: Columns<SessionProof>) => readonly Effect[];
  /** The error when another sign-in has consumed it. */
  readonly refusal: AppError;
}

/**
 * Every way to sign in ends here: refuses users who are not verified, opens the session, records it, mails the user about a new
 * device, and gives the tokens. Throws `EMAIL_NOT_VERIFIED`, `INVALID_CREDENTIALS` (the account changed since the proof) or the
 * error of the mailbox proof.
 */
export async function completeSignIn(
  ctx: Context,
  identity: ProvenIdentity,
): Promise<TokenResponse> {
  const { user, amr, credentialsVersion, attempt, mailbox } = identity;
  const emailVerifiedAt = user.emailVerifiedAt ?? (mailbox ? ctx.clock.now() : null);
  if (ctx.settings.requireEmailVerification && emailVerifiedAt === null) {
    const { concealAccounts } = ctx.settings;
    await recordUnverified(ctx, user, attempt, concealAccounts);
    // Anyone who registers another person's address would learn here whether that created an account.
    if (concealAccounts) throw invalidCredentials();
    throw new AppError("EMAIL_NOT_VERIFIED", "Verify your e-mail address before signing in.");
  }
  const opened = await openSession(
    ctx,
    { userId: user.id, amr, credentialsVersion, ...(mailbox ? { proof: mailbox.proof } : {}) },
    (sessionId, proof) => [
      ...(mailbox?.effects(proof) ?? []),
      ...(mailbox ? [clearAttemptsAt(ctx, user.email)] : []),
      ...(attempt ? [clearAttempt(ctx, attempt)] : []),
      recordAudit(ctx, {
        action: "user.login",
        result: "success",
        userId: user.id,
        sessionId,
        amr,
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
    recordRefusedSignIn(ctx, user, mailbox ? "proof_void" : "account_changed");
    throw mailbox?.refusal ?? invalidCredentials();
  }
  storeKnownDevice(ctx, { userId: user.id, credentialsVersion: opened.credentialsVersion });
  return tokenResponse(ctx, { ...user, emailVerifiedAt }, { ...opened, amr });
}

/** A proof that was right and gave no session is a failed sign-in as well. */
function recordRefusedSignIn(ctx: Context, user: UserRecord, reason: string): void {
  recordFailure(ctx, { action: "user.login", userId: user.id, detail: { reason } });
}

/**
 * Records that an unverified user gave the right password. It is no failure of the limits, unless accounts are concealed: with the
 * counts deleted, a later 401 instead of 429 would tell that the password was right.
 */
async function recordUnverified(
  ctx: Context,
  user: UserRecord,
  attempt: PasswordAttempt | undefined,
  isConcealed: boolean,
): Promise<void> {
  const reason = "email_not_verified";
  if (!attempt || !isConcealed) recordRefusedSignIn(ctx, user, reason);
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
