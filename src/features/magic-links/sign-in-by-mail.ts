import { sql } from "drizzle-orm";

import { answerInEqualTime } from "../../kernel/equal-time.ts";
import { AppError } from "../../kernel/errors.ts";
import { changedColumn, otherwise } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, writeAudit } from "../audit/index.ts";
import {
  lockChallenge,
  proveCode,
  type ProvenChallenge,
  proveToken,
  useUpChallenge,
} from "../email-challenges/index.ts";
import { completeSignIn } from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import { canonicalEmail } from "../users/index.ts";
import { claimedVersion, claimEffects } from "./claim-account.ts";

const purpose = "magic-link";

/**
 * Link and code are one secret for one use, in two spellings, sent to her mailbox: of the registered values (RFC 8176 §2)
 * `otp` says so. That it came alone, without `pwd` or `mfa`, tells it from a second factor.
 */
const amr = ["otp"];

/** Signs in with the token of a mailed link. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`. */
export async function signInByLink(ctx: Context, token: string): Promise<TokenResponse> {
  const challenge = await proveToken(ctx, purpose, token);
  if (challenge !== null && challenge !== "expired") {
    return signIn(ctx, challenge, "link", invalidLink());
  }
  await writeAudit(ctx, { action, result: "failure", userId: null, detail: { by: "link" } });
  if (challenge === null) throw invalidLink();
  throw new AppError("EXPIRED_TOKEN", "The link has expired. Ask for a new mail.");
}

/** Signs in with a mailed code. Throws `INVALID_EMAIL`, and `INVALID_CODE` for every other pair, known address or not. */
export async function signInByCode(
  ctx: Context,
  input: { email: string; code: string },
): Promise<TokenResponse> {
  const email = canonicalEmail(input.email);
  const failure = { action, result: "failure", detail: { by: "code" } } as const;
  const challenge = await answerInEqualTime(() =>
    proveCode(ctx, { purpose, email, code: input.code }, [
      recordAudit(ctx, { ...failure, userId: changedColumn("id") }, sql`not is_right`),
      otherwise(recordAudit(ctx, { ...failure, userId: null })),
    ]),
  );
  if (challenge === null) throw invalidCode();
  return signIn(ctx, challenge, "code", invalidCode());
}

const action = "user.login";

/** The session is opened, the challenge used up and an unverified account claimed by one statement: all or nothing. */
async function signIn(
  ctx: Context,
  challenge: ProvenChallenge,
  by: "link" | "code",
  refusal: AppError,
): Promise<TokenResponse> {
  const { user, credentialsVersion } = challenge;
  const isClaim = user.emailVerifiedAt === null;
  const tokens = await completeSignIn(ctx, {
    user,
    amr,
    credentialsVersion,
    mailbox: {
      proof: lockChallenge(ctx, challenge, claimedVersion),
      effects: [useUpChallenge(ctx, challenge), ...claimEffects(ctx, user, by)],
      refusal,
    },
  });
  // This replica answers next, perhaps before the database's own news of the change arrives.
  if (isClaim) ctx.changes.announce({ subject: "user", id: user.id });
  return tokens;
}

function invalidLink(): AppError {
  return new AppError("INVALID_TOKEN", "The link is invalid or was used before.");
}

function invalidCode(): AppError {
  return new AppError("INVALID_CODE", "The code is wrong, used or expired.");
}
