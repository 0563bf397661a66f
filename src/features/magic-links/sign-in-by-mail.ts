import { isNull, not, or } from "drizzle-orm";

import { answerInEqualTime } from "../../kernel/equal-time.ts";
import { AppError } from "../../kernel/errors.ts";
import { when } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordFailure } from "../audit/index.ts";
import { isBoundDevice } from "../devices/index.ts";
import {
  lockChallenge,
  proveCode,
  type ProvenChallenge,
  type ProvenLink,
  proveToken,
  useUpChallenges,
} from "../email-challenges/index.ts";
import { hasSecondFactor } from "../mfa/index.ts";
import { claimAccount, claimedVersion, completeSignIn, countSignIn } from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import { canonicalEmail, users } from "../users/index.ts";

const purpose = "magic-link";
const action = "user.login";

/**
 * Link and code are one secret for one use, in two forms, sent to the user's mailbox: of the registered values (RFC 8176 §2)
 * `otp` stands for that. Without `pwd` or `mfa` beside it, it is not a second factor.
 */
const amr = ["otp"];

/**
 * Signs in with the token of a mailed link. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`, and `FORBIDDEN` if the link works in another
 * browser alone; it then stays usable.
 */
export function signInByLink(ctx: Context, token: string): Promise<TokenResponse> {
  return countSignIn(ctx, "mail", () => useLink(ctx, token));
}

async function useLink(ctx: Context, token: string): Promise<TokenResponse> {
  const challenge = await proveToken(ctx, purpose, token);
  if (!("reason" in challenge)) {
    assertFromBoundDevice(ctx, challenge);
    return signIn(ctx, challenge, "link", invalidLink());
  }
  const { reason, userId } = challenge;
  recordFailure(ctx, { action, userId, detail: { by: "link", reason } });
  if (reason !== "expired_link") throw invalidLink();
  throw new AppError("EXPIRED_TOKEN", "The link has expired. Ask for a new mail.");
}

/** A link that another person got hold of is of no use in their browser. */
function assertFromBoundDevice(ctx: Context, { deviceHash, user }: ProvenLink): void {
  if (deviceHash === null || isBoundDevice(ctx, deviceHash)) return;
  recordFailure(ctx, { action, userId: user.id, detail: { by: "link", reason: "other_browser" } });
  throw new AppError(
    "FORBIDDEN",
    "Open the link in the browser that requested it, or enter the code of the e-mail.",
  );
}

/** Signs in with a mailed code. Throws `INVALID_EMAIL`, and `INVALID_CODE` for every other pair, known address or not. */
export function signInByCode(ctx: Context, input: MailedCode): Promise<TokenResponse> {
  return countSignIn(ctx, "mail", () => useCode(ctx, input));
}

interface MailedCode {
  readonly email: string;
  readonly code: string;
}

async function useCode(ctx: Context, input: MailedCode): Promise<TokenResponse> {
  const email = canonicalEmail(input.email);
  await spendOrReject(ctx, [{ limit: limits.codeByAddress, source: addressSource(ctx) }]);
  const challenge = await answerInEqualTime(() =>
    proveCode(ctx, { purpose, email, code: input.code }, ({ reason, userId }) =>
      recordFailure(ctx, { action, userId, detail: { by: "code", reason } }),
    ),
  );
  if (challenge === null) throw invalidCode();
  return signIn(ctx, challenge, "code", invalidCode());
}

/** One statement opens the session, consumes the challenge and claims an unverified account: all of it, or nothing. */
function signIn(
  ctx: Context,
  challenge: ProvenChallenge,
  by: "link" | "code",
  refusal: AppError,
): Promise<TokenResponse> {
  const { user, credentialsVersion } = challenge;
  // A claim is not asked for a second factor: it deletes the factor. If the address was verified since it was read, there is no claim.
  const which =
    user.emailVerifiedAt === null
      ? or(isNull(users.emailVerifiedAt), not(hasSecondFactor(ctx)))
      : undefined;
  return completeSignIn(ctx, {
    user,
    amr,
    credentialsVersion,
    proof: {
      isOfMailbox: true,
      query: lockChallenge(ctx, challenge, { newVersion: claimedVersion, which }),
      effects: (proof) => [
        ...useUpChallenges(ctx, challenge),
        // Read before the statement: an address that is verified stays so.
        ...(user.emailVerifiedAt === null
          ? when(proof.isUnverified, claimAccount(ctx, user, { by }))
          : []),
      ],
      refusal,
    },
  });
}

function invalidLink(): AppError {
  return new AppError("INVALID_TOKEN", "The link is invalid or was used before.");
}

function invalidCode(): AppError {
  return new AppError("INVALID_CODE", "The code is wrong, used or expired.");
}
