import type { Static } from "@sinclair/typebox";

import { toBase64Url } from "../../kernel/bytes.ts";
import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { recordFailure } from "../audit/index.ts";
import { limits, spendOrReject } from "../limits/index.ts";
import { hasSecondFactor } from "../mfa/index.ts";
import { hasTwoFactors } from "../roles/index.ts";
import { isFreshSession } from "../sessions/index.ts";
import { invalidToken } from "../tokens/index.ts";
import { isActiveUser, users } from "../users/index.ts";
import { issueChallenge } from "./challenges.ts";
import type { creationOptionsSchema } from "./model.ts";
import { findCredentials } from "./queries.ts";
import { ceremonySeconds, relyingPartyOf } from "./relying-party.ts";
import { userHandleOf } from "./user-handle.ts";

/**
 * Starts a registration of a passkey for the signed-in user: what the browser passes to the authenticator (WebAuthn §5.4). The
 * challenge is valid for five minutes. Throws `REAUTHENTICATION_REQUIRED` (a sign-in that is older than ten minutes),
 * `RATE_LIMITED`.
 */
export async function startRegistration(
  ctx: Context<UserActor>,
): Promise<Static<typeof creationOptionsSchema>> {
  const { userId, sessionId, email, name } = ctx.actor;
  await assertFreshSession(ctx);
  await spendOrReject(ctx, [{ limit: limits.passkeyByAccount, source: userId }]);
  const { id, algorithms } = relyingPartyOf(ctx.settings);
  const credentials = await findCredentials(ctx.db, userId);
  const owner = { userId, sessionId };
  const { challenge } = await issueChallenge(ctx, { ceremony: "registration", owner });
  return {
    rp: { id, name: ctx.settings.brandName },
    user: { id: userHandleOf(userId), name: email, displayName: name ?? email },
    challenge,
    pubKeyCredParams: algorithms.map((alg) => ({ type: "public-key", alg })),
    timeout: ceremonySeconds * 1000,
    excludeCredentials: credentials.map(({ credentialId, transports }) => ({
      type: "public-key",
      id: toBase64Url(credentialId),
      transports,
    })),
    authenticatorSelection: {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
    attestation: "none",
    extensions: { credProps: true },
  };
}

/**
 * A stolen token is rarely as young as this. A passkey would outlast it, and counts as two factors: a user who has a second factor
 * proves it first.
 */
async function assertFreshSession(ctx: Context<UserActor>): Promise<void> {
  const { userId, sessionId } = ctx.actor;
  const [account] = await ctx.db
    .select({
      isFresh: isFreshSession(sessionId, ctx.clock.now()),
      hasSecondFactor: hasSecondFactor(ctx),
    })
    .from(users)
    .where(isActiveUser(userId));
  if (!account) throw invalidToken();
  const isProven = !account.hasSecondFactor || hasTwoFactors(ctx.actor.amr);
  if (account.isFresh && isProven) return;
  const detail = { reason: isProven ? "session_not_fresh" : "second_factor_not_proven" };
  recordFailure(ctx, { action: "user.passkey_added", userId, sessionId, detail });
  throw new AppError("REAUTHENTICATION_REQUIRED", "Sign in again, then repeat this request.");
}
