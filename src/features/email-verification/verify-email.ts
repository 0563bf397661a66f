import { eq, sql } from "drizzle-orm";

import { answerInEqualTime } from "../../kernel/equal-time.ts";
import { AppError } from "../../kernel/errors.ts";
import { updateRows, when } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordFailure } from "../audit/index.ts";
import {
  type ChallengeEffects,
  consumeCode,
  consumeToken,
  findChallenge,
} from "../email-challenges/index.ts";
import { recordEvent } from "../events/index.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import {
  canonicalEmail,
  endReservationOfWanted,
  grantedUsername,
  isUsernameTaken,
  users,
} from "../users/index.ts";

const purpose = "verify-email";

/** Verifies an address by the token of a mailed link. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`. */
export async function verifyEmailByToken(ctx: Context, token: string): Promise<{ userId: string }> {
  const challenge = await retryIfUsernameIsTaken(() =>
    consumeToken(ctx, purpose, token, verificationEffects(ctx, "link")),
  );
  if (challenge === "expired") {
    throw new AppError("EXPIRED_TOKEN", "The link has expired. Ask for a new mail.");
  }
  if (challenge === null) {
    throw new AppError("INVALID_TOKEN", "The link is invalid or was used before.");
  }
  return { userId: challenge.userId };
}

/** Verifies an address by its mailed code. Throws `INVALID_CODE` for every other pair, known address or not. */
export async function verifyEmailByCode(
  ctx: Context,
  input: { email: string; code: string },
): Promise<{ userId: string }> {
  const email = canonicalEmail(input.email);
  await spendOrReject(ctx, [{ limit: limits.codeByAddress, source: addressSource(ctx) }]);
  const challenge = await answerInEqualTime(() =>
    retryIfUsernameIsTaken(() =>
      consumeCode(ctx, { purpose, email, code: input.code }, verificationEffects(ctx, "code")),
    ),
  );
  if (challenge === null) {
    throw new AppError("INVALID_CODE", "The code is wrong, used or expired.");
  }
  return { userId: challenge.userId };
}

const maximumTries = 3;

/**
 * Another user got the wanted username while the statement ran. Nothing was written; sent again, it sees that. Throws
 * `UNAVAILABLE` if the same happens to every try.
 */
async function retryIfUsernameIsTaken<T>(verify: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < maximumTries; tries += 1) {
    try {
      return await verify();
    } catch (error) {
      if (!isUsernameTaken(error)) throw error;
    }
  }
  throw new AppError("UNAVAILABLE", "The address could not be verified. Try again.", {
    retryAfterSeconds: 1,
  });
}

/** Whether this link has verified the address that its user still has: then following it again is no error. */
export async function hasVerifiedEmail(ctx: Context, token: string): Promise<boolean> {
  return (await findChallenge(ctx, purpose, token))?.state === "consumed";
}

function verificationEffects(ctx: Context, by: "link" | "code"): ChallengeEffects {
  const now = ctx.clock.now();
  const verifiedAt = sql`coalesce(${users.emailVerifiedAt}, ${sql.param(now, users.emailVerifiedAt)}::timestamptz)`;
  const entry = { action: "user.email_verified", detail: { by } } as const;
  return {
    consumed: ({ userId, email, wasVerified }) => [
      updateRows(
        users,
        {
          emailVerifiedAt: verifiedAt,
          updatedAt: now,
          username: grantedUsername(ctx),
          wantedUsername: null,
        },
        eq(users.id, userId),
      ),
      endReservationOfWanted(ctx, userId),
      recordAudit(ctx, { ...entry, result: "success", userId }),
      // There is no event if another mail has verified the address before.
      ...when(sql`not ${wasVerified}`, [
        ...recordEvent(ctx, entry.action, { user_id: userId, email }),
      ]),
    ],
    refused: (userId) => recordFailure(ctx, { ...entry, userId }),
  };
}
