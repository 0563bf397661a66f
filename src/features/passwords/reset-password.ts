import { eq, sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { updateRows, when } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordFailure } from "../audit/index.ts";
import { type ChallengeEffects, consumeToken, findChallenge } from "../email-challenges/index.ts";
import { recordEvent } from "../events/index.ts";
import { deleteIdentitiesOf } from "../identities/index.ts";
import { deleteFactorsOf, endPauses } from "../mfa/index.ts";
import { deletePasskeysOf } from "../passkeys/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { clearAttemptsAt, forgetOtherDevices } from "../sign-in/index.ts";
import { claimedIdentitiesVersion, nextCredentialsVersion, users } from "../users/index.ts";
import { hashChosenPassword } from "./choose-password.ts";
import { findUserWithPassword } from "./queries.ts";
import { recordNewPassword } from "./record-new-password.ts";

const purpose = "reset-password";
const by = "reset";
const failure = { action: "user.password_changed", detail: { by } } as const;

/** A mailed link's token, and the password to set. */
export interface ResetPasswordInput {
  readonly token: string;
  readonly password: string;
  readonly confirmation: string | undefined;
}

/**
 * Sets a new password by the token of a mailed link, ends every session and opens none. A password that is refused does not
 * consume the link. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`, `PASSWORD_MISMATCH`, `WEAK_PASSWORD`, `OVERLOADED`.
 */
export async function resetPassword(ctx: Context, input: ResetPasswordInput): Promise<void> {
  const account = await findAccount(ctx, input.token);
  const passwordHash = await hashChosenPassword(ctx, {
    password: input.password,
    confirmation: input.confirmation,
    username: account.username,
    email: account.email,
  });
  // What was read above decides nothing: of any number of requests that come this far, one consumes the link.
  const effects = resetEffects(ctx, account, passwordHash);
  const challenge = await consumeToken(ctx, purpose, input.token, effects);
  if (challenge === null || challenge === "expired") throw unusableLink(challenge);
}

/** The account whose password the link would set: for the policy, and so that an unusable link costs no hashing. */
async function findAccount(ctx: Context, token: string) {
  const challenge = await findChallenge(ctx, purpose, token);
  const account =
    challenge?.state === "active"
      ? await findUserWithPassword(ctx.db, { id: challenge.userId })
      : null;
  if (account) return account;
  recordFailure(ctx, { ...failure, userId: challenge?.userId ?? null });
  throw unusableLink(challenge?.state === "expired" ? "expired" : null);
}

function unusableLink(state: "expired" | null): AppError {
  return state === "expired"
    ? new AppError("EXPIRED_TOKEN", "The link has expired. Ask for a new mail.")
    : new AppError("INVALID_TOKEN", "The link is invalid or was used before.");
}

/**
 * A user with the link has the mailbox, so it verifies the address as well. Whatever another person may have set up before is
 * deleted or void: the password, the sessions and, if the address was not verified, the devices, the identities, the passkeys
 * and the second factor. That of a verified user stays on.
 */
function resetEffects(
  ctx: Context,
  { id: userId, email: currentEmail }: { id: string; email: string },
  passwordHash: string,
): ChallengeEffects {
  const now = ctx.clock.now();
  const verifiedAt = sql`coalesce(${users.emailVerifiedAt}, ${sql.param(now, users.emailVerifiedAt)}::timestamptz)`;
  const verified = "user.email_verified";
  return {
    consumed: ({ email, wasVerified }) => [
      updateRows(
        users,
        {
          passwordHash,
          credentialsVersion: nextCredentialsVersion,
          identitiesVersion: claimedIdentitiesVersion,
          emailVerifiedAt: verifiedAt,
          wantedUsername: null,
          updatedAt: now,
        },
        eq(users.id, userId),
      ),
      endSessionsOf(ctx, { userId, reason: "password_reset" }),
      clearAttemptsAt(ctx, currentEmail),
      endPauses(ctx, userId),
      ...recordNewPassword(ctx, by, { userId, email }),
      ...when(sql`not ${wasVerified}`, [
        forgetOtherDevices(ctx, userId),
        deleteIdentitiesOf(userId),
        deletePasskeysOf(userId),
        ...deleteFactorsOf(userId),
        recordAudit(ctx, { action: verified, result: "success", userId, detail: { by } }),
        ...recordEvent(ctx, verified, { user_id: userId, email }),
      ]),
    ],
    refused: () => recordFailure(ctx, { ...failure, userId }),
  };
}
