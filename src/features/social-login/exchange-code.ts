import { and, eq, exists, gt, isNull, sql } from "drizzle-orm";

import { equalInConstantTime, sha256 } from "../../kernel/bytes.ts";
import { AppError } from "../../kernel/errors.ts";
import { updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordFailure } from "../audit/index.ts";
import { identities } from "../identities/index.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import { userColumns, type UserRecord } from "../roles/index.ts";
import type { SessionProofQuery } from "../sessions/index.ts";
import { completeSignIn, countSignIn } from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import { isActive, users } from "../users/index.ts";
import { federated } from "./callback.ts";
import { challengeOf } from "./pkce.ts";
import { socialLoginCodes } from "./table.ts";

/** A one-time code with the user who signed in. */
interface FoundCode {
  readonly digest: string;
  readonly user: UserRecord;
  readonly provider: string;
  readonly credentialsVersion: number;
  readonly challenge: string | null;
  readonly expiresAt: Date;
  readonly consumedAt: Date | null;
}

/**
 * Exchanges a one-time code for tokens (RFC 6749 §4.1.3, RFC 7636 §4.6). Of any number of racing requests one gets a session.
 * Throws `RATE_LIMITED`, `INVALID_TOKEN` (unknown, used or void code, wrong verifier), `EXPIRED_TOKEN`, `EMAIL_NOT_VERIFIED`.
 */
export function exchangeCode(ctx: Context, input: ReceivedCode): Promise<TokenResponse> {
  return countSignIn(ctx, "social", () => useCode(ctx, input));
}

interface ReceivedCode {
  readonly code: string;
  readonly verifier: string | null;
}

async function useCode(ctx: Context, input: ReceivedCode): Promise<TokenResponse> {
  await spendOrReject(ctx, [{ limit: limits.socialCodeByAddress, source: addressSource(ctx) }]);
  const code = await findCode(ctx, input.code);
  if (code === null) throw refuse(ctx, null, "unknown_code");
  assertNotConsumed(ctx, code);
  assertNotExpired(ctx, code);
  assertVerifier(ctx, code, input.verifier);
  const { user, credentialsVersion, provider: by, digest } = code;
  return completeSignIn(ctx, {
    user,
    amr: federated,
    credentialsVersion,
    by,
    proof: {
      isOfMailbox: false,
      query: lockCode(ctx, code),
      effects: () => [
        updateRows(
          socialLoginCodes,
          { consumedAt: ctx.clock.now() },
          eq(socialLoginCodes.digest, digest),
        ),
      ],
      refusal: invalidCode(),
    },
  });
}

async function findCode(ctx: Context, text: string): Promise<FoundCode | null> {
  const { digest, provider, credentialsVersion, challenge, expiresAt, consumedAt } =
    socialLoginCodes;
  const [row] = await ctx.db
    .select({
      user: userColumns,
      digest,
      provider,
      credentialsVersion,
      challenge,
      expiresAt,
      consumedAt,
    })
    .from(socialLoginCodes)
    .innerJoin(users, eq(users.id, socialLoginCodes.userId))
    .where(eq(digest, sha256(text)));
  return row ?? null;
}

/** RFC 6749 §4.1.2: a code is used once. */
function assertNotConsumed(ctx: Context, code: FoundCode): void {
  if (code.consumedAt !== null) throw refuse(ctx, code, "used_code");
}

function assertNotExpired(ctx: Context, code: FoundCode): void {
  if (code.expiresAt > ctx.clock.now()) return;
  throw refuse(ctx, code, "expired_code", expiredCode());
}

/** RFC 7636 §4.6. A verifier without a challenge is refused as well: the code is then not of the application's own sign-in. */
function assertVerifier(ctx: Context, code: FoundCode, verifier: string | null): void {
  const { challenge } = code;
  if (challenge === null && verifier === null) return;
  if (challenge === null) throw refuse(ctx, code, "verifier_unexpected");
  if (verifier === null) throw refuse(ctx, code, "verifier_missing");
  if (!equalInConstantTime(challengeOf(verifier), challenge)) {
    throw refuse(ctx, code, "verifier_wrong");
  }
}

/**
 * One row while the code, its user and its identity are as they were. User and code stay locked until the statement has consumed
 * the code; the user is locked first, as everywhere.
 */
function lockCode(
  ctx: Context,
  { digest, user, credentialsVersion }: FoundCode,
): SessionProofQuery {
  const isStillLinked = exists(
    ctx.db
      .select({ id: identities.id })
      .from(identities)
      .where(and(eq(identities.id, socialLoginCodes.identityId), eq(identities.userId, users.id))),
  );
  return ctx.db
    .select({
      credentialsVersion: users.credentialsVersion,
      isUnverified: sql<boolean>`${users.emailVerifiedAt} is null`.as("is_unverified"),
    })
    .from(users)
    .innerJoin(socialLoginCodes, eq(socialLoginCodes.userId, users.id))
    .where(
      and(
        eq(users.id, user.id),
        isActive,
        eq(users.credentialsVersion, credentialsVersion),
        eq(socialLoginCodes.digest, digest),
        isNull(socialLoginCodes.consumedAt),
        gt(socialLoginCodes.expiresAt, ctx.clock.now()),
        isStillLinked,
      ),
    )
    .for("no key update");
}

/** Records the refusal of a code with its reason. */
function refuse(
  ctx: Context,
  code: FoundCode | null,
  reason: string,
  error: AppError = invalidCode(),
): AppError {
  const detail = { by: code?.provider ?? "social-login", reason };
  recordFailure(ctx, { action: "user.login", userId: code?.user.id ?? null, detail });
  return error;
}

function invalidCode(): AppError {
  return new AppError("INVALID_TOKEN", "The code is invalid or was used before.");
}

function expiredCode(): AppError {
  return new AppError("EXPIRED_TOKEN", "The code has expired. Start the sign-in again.");
}
