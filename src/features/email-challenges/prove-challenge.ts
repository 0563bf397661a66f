import { and, eq, gt, inArray, isNull, sql, type SQL } from "drizzle-orm";

import { asRowQuery } from "../../platform/db/drizzle-internals.ts";
import { type Effect, updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { userColumns, type UserRecord } from "../roles/index.ts";
import { isActive, users } from "../users/index.ts";
import { codeHashes, hashToken } from "./issue-challenge.ts";
import { hasCodeToTry, isBoundTo } from "./queries.ts";
import { type ChallengePurpose, emailChallenges } from "./table.ts";

/** An active challenge whose token or code was presented. The statement that acts on it consumes it. */
export interface ProvenChallenge {
  readonly id: string;
  readonly purpose: ChallengePurpose;
  readonly user: UserRecord;
  /** The version of the user's credentials when it was proven. */
  readonly credentialsVersion: number;
}

/** Why a token proves nothing, for the audit log; the user of its challenge, if there is one. */
export interface RefusedToken {
  readonly reason:
    | "unknown_link"
    | "used_link"
    | "expired_link"
    | "void_link"
    | "disabled"
    | "deleted";
  readonly userId: string | null;
}

/** The active challenge of a link's token, or why there is none. */
export async function proveToken(
  ctx: Context,
  purpose: ChallengePurpose,
  token: string,
): Promise<ProvenChallenge | RefusedToken> {
  const [row] = await ctx.db
    .select({
      ...provenColumns,
      isActive: sql<boolean>`${isActiveChallenge(purpose)}`,
      expiresAt: emailChallenges.expiresAt,
      consumedAt: emailChallenges.consumedAt,
      disabledAt: users.disabledAt,
      deletedAt: users.deletedAt,
    })
    .from(emailChallenges)
    .innerJoin(users, eq(users.id, emailChallenges.userId))
    .where(
      and(eq(emailChallenges.tokenHash, hashToken(token)), eq(emailChallenges.purpose, purpose)),
    );
  if (!row) return { reason: "unknown_link", userId: null };
  const { isActive: isUsable, expiresAt, consumedAt, disabledAt, deletedAt, ...proven } = row;
  const isExpired = expiresAt <= ctx.clock.now();
  if (isUsable && !isExpired) return provenChallenge(purpose, proven);
  const userId = row.id;
  if (deletedAt !== null) return { reason: "deleted", userId };
  if (disabledAt !== null) return { reason: "disabled", userId };
  if (consumedAt !== null) return { reason: "used_link", userId };
  return { reason: isUsable ? "expired_link" : "void_link", userId };
}

/**
 * The active challenge of this address if the code is its code. Every attempt is counted: also the right one, since it consumes
 * nothing yet. Null for a wrong, used, expired or too often tried code, and for an unknown address: `refused` is called with
 * the reason.
 */
export async function proveCode(
  ctx: Context,
  challenge: { purpose: ChallengePurpose; email: string; code: string },
  refused: (refusal: RefusedCode) => void,
): Promise<ProvenChallenge | null> {
  const { purpose, email, code } = challenge;
  const isRight = inArray(emailChallenges.codeHash, codeHashes(ctx, challenge, code));
  const attempt = ctx.db
    .update(emailChallenges)
    .set({
      attempts: sql`${emailChallenges.attempts} + 1`,
      totalAttempts: sql`case when ${isRight} then 0 else ${emailChallenges.totalAttempts} + 1 end`,
    })
    .from(users)
    .where(
      and(eq(sql`lower(${users.email})`, email), hasCodeToTry(ctx), isActiveChallenge(purpose)),
    )
    .returning({ ...provenColumns, isRight: sql<boolean>`${isRight}`.as("is_right") });
  const tried = ctx.db.$with("tried").as(attempt);
  const owner = ctx.db
    .select({
      ownerId: sql<string>`${users.id}`.as("owner_id"),
      isDisabled: sql<boolean>`${users.disabledAt} is not null`.as("is_disabled"),
    })
    .from(users)
    .where(and(eq(sql`lower(${users.email})`, email), isNull(users.deletedAt)))
    .as("owner");
  // One statement for every address, known or not.
  const [row] = await asRowQuery<CodeAttempt>(
    ctx.db
      .with(tried)
      .select({
        ...tried._.selectedFields,
        ownerId: owner.ownerId,
        isDisabled: owner.isDisabled,
      })
      .from(owner)
      .leftJoin(tried, sql`true`),
  );
  if (row?.isRight === true) {
    const { isRight: _right, ownerId: _ownerId, isDisabled: _isDisabled, ...proven } = row;
    return provenChallenge(purpose, proven);
  }
  refused(refusalOf(row));
  return null;
}

/** The owner of an address, with the challenge that was compared with the code; its columns are null if there was none. */
type CodeAttempt = { readonly ownerId: string; readonly isDisabled: boolean } & (
  | (UserRecord & { credentialsVersion: number; challengeId: string; isRight: boolean })
  | { readonly isRight: null }
);

/** Why a code proves nothing, for the audit log; the user with the address, if there is one. */
export interface RefusedCode {
  readonly reason: "wrong_code" | "void_code" | "disabled" | "unknown_account";
  readonly userId: string | null;
}

/** A code that is not compared was used, has expired, was tried too often, or was never sent. */
function refusalOf(attempt: CodeAttempt | undefined): RefusedCode {
  if (!attempt) return { reason: "unknown_account", userId: null };
  const { ownerId: userId, isDisabled, isRight } = attempt;
  if (isRight !== null) return { reason: "wrong_code", userId };
  return { reason: isDisabled ? "disabled" : "void_code", userId };
}

/**
 * For the statement that acts on a proven challenge: one row with the version of the user's credentials (`newVersion`, by default
 * the present one) while the challenge and its user are as they were. Both stay locked, so that whatever the statement does to
 * them happens; of any number of racing statements one gets the row. The user is locked first, as everywhere.
 */
export function lockChallenge(
  ctx: Context,
  { id, purpose, user, credentialsVersion }: ProvenChallenge,
  newVersion: SQL<number> = sql<number>`${users.credentialsVersion}`,
) {
  return ctx.db
    .select({
      credentialsVersion: newVersion.as("credentials_version"),
      isUnverified: sql<boolean>`${users.emailVerifiedAt} is null`.as("is_unverified"),
    })
    .from(users)
    .innerJoin(emailChallenges, isActiveChallenge(purpose))
    .where(
      and(
        eq(users.id, user.id),
        eq(emailChallenges.id, id),
        gt(emailChallenges.expiresAt, ctx.clock.now()),
        eq(users.credentialsVersion, credentialsVersion),
      ),
    )
    .for("no key update");
}

/** The effect of consuming a challenge that the statement has locked. */
export function useUpChallenge(ctx: Context, { id, purpose, user }: ProvenChallenge): Effect {
  return updateRows(
    emailChallenges,
    { consumedAt: ctx.clock.now() },
    and(
      eq(emailChallenges.userId, user.id),
      eq(emailChallenges.purpose, purpose),
      eq(emailChallenges.id, id),
    ),
  );
}

/** Whether it was not consumed, and its user is active and has not changed since it was mailed. */
function isActiveChallenge(purpose: ChallengePurpose): SQL | undefined {
  return and(
    eq(emailChallenges.purpose, purpose),
    isNull(emailChallenges.consumedAt),
    isBoundTo(users, purpose),
    isActive,
  );
}

const provenColumns = {
  ...userColumns,
  credentialsVersion: users.credentialsVersion,
  challengeId: sql<string>`${emailChallenges.id}`.as("challenge_id"),
};

function provenChallenge(
  purpose: ChallengePurpose,
  row: UserRecord & { credentialsVersion: number; challengeId: string },
): ProvenChallenge {
  const { credentialsVersion, challengeId, ...user } = row;
  return { id: challengeId, purpose, user, credentialsVersion };
}
