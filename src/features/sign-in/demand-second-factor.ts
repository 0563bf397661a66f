import { and, eq, sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { findRequiredFactor, secondFactorTickets, ticketTtlSeconds } from "../mfa/index.ts";
import { hasPasskey } from "../passkeys/index.ts";
import { hasTwoFactors } from "../roles/index.ts";
import { isActiveUser, users } from "../users/index.ts";
import type { ProvenIdentity } from "./complete-sign-in.ts";
import { clearAttempt, clearAttemptsAt } from "./password-attempt.ts";

/**
 * What a sign-in that lacks the second factor leads to: the error `MFA_REQUIRED` with an `mfa_token`, `void` if the proof or the
 * account is no longer good, or null where no second factor is needed. With the error, what was proven is consumed; no session,
 * token or cookie comes of it.
 */
export async function demandSecondFactor(
  ctx: Context,
  identity: ProvenIdentity,
): Promise<AppError | "void" | null> {
  const { user, amr, credentialsVersion, by } = identity;
  if (hasTwoFactors(amr) || identity.hasSecondFactor === false || isClaim(identity)) return null;
  const factor = await findRequiredFactor(ctx, { userId: user.id, credentialsVersion });
  if (factor === null || factor.isTrustedDevice) return null;
  const passkey = (await hasPasskey(ctx.db, user.id)) ? (["passkey"] as const) : [];
  if (!(await consumeProof(ctx, identity))) return "void";
  const mfaToken = await secondFactorTickets(ctx).issue(ctx.random.token(128), {
    usr: user.id,
    ver: credentialsVersion,
    amr: [...amr],
    ...(by === undefined ? {} : { by }),
  });
  return new AppError("MFA_REQUIRED", "Prove the second factor to finish the sign-in.", {
    mfa: { mfaToken, methods: [...factor.methods, ...passkey], expiresInSeconds: ticketTtlSeconds },
  });
}

/** The owner of the mailbox claims an unverified account: another person turned the factor on, and it is deleted. */
function isClaim({ user, proof }: ProvenIdentity): boolean {
  return user.emailVerifiedAt === null && proof?.isOfMailbox === true;
}

/** False, with nothing written, if the proof was used or the account changed. */
async function consumeProof(ctx: Context, identity: ProvenIdentity): Promise<boolean> {
  const { user, amr, credentialsVersion, attempt, proof, by } = identity;
  const present = ctx.db
    .select({
      credentialsVersion: users.credentialsVersion,
      isUnverified: sql<boolean>`${users.emailVerifiedAt} is null`.as("is_unverified"),
    })
    .from(users)
    .where(and(isActiveUser(user.id), eq(users.credentialsVersion, credentialsVersion)));
  const rows = await commit(ctx, { query: proof?.query ?? present }, (row) => [
    ...(proof?.effects(row) ?? []),
    ...(proof?.isOfMailbox === true ? [clearAttemptsAt(ctx, user.email)] : []),
    ...(attempt ? [clearAttempt(ctx, attempt)] : []),
    recordAudit(ctx, {
      action: "user.second_factor_required",
      result: "success",
      userId: user.id,
      amr,
      ...(by === undefined ? {} : { detail: { by } }),
    }),
  ]);
  return rows.length > 0;
}
