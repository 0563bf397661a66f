import type { WithSubquery } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import type { Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, writeAudit } from "../audit/index.ts";
import { eventTopic, recordEvent } from "../events/index.ts";
import { openSession, tokenResponse } from "../sessions/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import type { UserRecord } from "../roles/index.ts";
import { rememberDevice } from "./remember-device.ts";

/** What a way of signing in has established. */
export interface ProvenIdentity {
  readonly user: UserRecord;
  /** Authentication method references (RFC 8176). */
  readonly amr: readonly string[];
  /** Hers at the moment of the proof, so that a change meanwhile is noticed. */
  readonly credentialsVersion: number;
  /** What came out of her mailbox. */
  readonly mailbox?: MailboxProof;
}

/** A proof that she has the mailbox, and so verifies her address. The statement that opens the session uses it up. */
export interface MailboxProof {
  /** Gives a row while the proof is good: see `openSession`. */
  readonly proof: WithSubquery;
  /** What goes with its use; they happen for the session's row. */
  readonly effects: readonly Effect[];
  /** For whoever comes second. */
  readonly refusal: AppError;
}

/**
 * The one door that every way to sign in ends in: refuses the unverified, opens the session, records and announces it,
 * tells the user of a new device, and gives the tokens. Throws `EMAIL_NOT_VERIFIED`, `INVALID_CREDENTIALS` (the account
 * changed meanwhile) or the mailbox proof's refusal.
 */
export async function completeSignIn(
  ctx: Context,
  identity: ProvenIdentity,
): Promise<TokenResponse> {
  const { user, amr, credentialsVersion, mailbox } = identity;
  const emailVerifiedAt = user.emailVerifiedAt ?? (mailbox ? ctx.clock.now() : null);
  if (ctx.settings.requireEmailVerification && emailVerifiedAt === null) {
    await recordRefusal(ctx, user, "email_not_verified");
    // Whoever registered somebody's address would learn here whether that made an account.
    if (ctx.settings.concealAccounts) throw invalidCredentials();
    throw new AppError("EMAIL_NOT_VERIFIED", "Verify your e-mail address before signing in.");
  }
  const opened = await openSession(
    ctx,
    { userId: user.id, amr, credentialsVersion, ...(mailbox ? { proof: mailbox.proof } : {}) },
    (sessionId) => [
      ...(mailbox?.effects ?? []),
      recordAudit(ctx, {
        action: "user.login",
        result: "success",
        userId: user.id,
        sessionId,
        amr,
      }),
      recordEvent(ctx, "user.logged_in", {
        user_id: user.id,
        email: user.email,
        ip_address: ctx.origin.ipAddress,
      }),
      rememberDevice(ctx, user),
    ],
  );
  if (!opened) {
    await recordRefusal(ctx, user, mailbox ? "proof_void" : "account_changed");
    throw mailbox?.refusal ?? invalidCredentials();
  }
  // The notice of a new device is sent with the mail worker's next poll, within a second: waking all workers would cost every
  // sign-in a query for each topic.
  ctx.outboxWritten([eventTopic]);
  return tokenResponse(ctx, { ...user, emailVerifiedAt }, { ...opened, amr });
}

/** A proof that was right and still gave no session is a failed sign-in as well. */
async function recordRefusal(ctx: Context, user: UserRecord, reason: string): Promise<void> {
  const detail = { reason };
  await writeAudit(ctx, { action: "user.login", result: "failure", userId: user.id, detail });
}

/** The one answer to every failed sign-in, whatever the reason. */
export function invalidCredentials(): AppError {
  return new AppError("INVALID_CREDENTIALS", "The credentials are incorrect.");
}
