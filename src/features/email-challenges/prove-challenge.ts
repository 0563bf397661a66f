import { and, desc, eq, gt, isNull, sql, type SQL } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import type { Effect } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { userColumns, type UserRecord } from "../roles/index.ts";
import { isActive, users } from "../users/index.ts";
import { hashToken } from "./issue-challenge.ts";
import { consumeAll, forgetCodeAttempts, isBoundTo } from "./queries.ts";
import { type ChallengePurpose, codeAttempts, emailChallenges } from "./table.ts";
import { countAttempt, type EnteredCode, tryCode } from "./try-code.ts";

/** An active challenge whose token or code was presented. The statement that acts on it consumes it. */
export interface ProvenChallenge {
  readonly id: string;
  readonly purpose: ChallengePurpose;
  readonly user: UserRecord;
  /** The version of the user's credentials when it was proven. */
  readonly credentialsVersion: number;
}

/** An active challenge whose token was presented. */
export interface ProvenLink extends ProvenChallenge {
  /** The digest of the device on which alone the link works; null for any device. */
  readonly deviceHash: string | null;
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
): Promise<ProvenLink | RefusedToken> {
  const [row] = await ctx.db
    .select({
      ...provenColumns,
      isActive: sql<boolean>`${isActiveChallenge(purpose)}`,
      deviceHash: emailChallenges.deviceHash,
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
  const { isActive: isUsable, deviceHash, ...found } = row;
  const { expiresAt, consumedAt, disabledAt, deletedAt, ...proven } = found;
  const isExpired = expiresAt <= ctx.clock.now();
  if (isUsable && !isExpired) return { ...provenChallenge(purpose, proven), deviceHash };
  const userId = row.id;
  if (deletedAt !== null) return { reason: "deleted", userId };
  if (disabledAt !== null) return { reason: "disabled", userId };
  if (consumedAt !== null) return { reason: "used_link", userId };
  return { reason: isUsable ? "expired_link" : "void_link", userId };
}

/**
 * The active challenge of this address whose code it is. Every attempt is counted: also the right one, since it consumes nothing
 * yet. Null for a wrong, used, expired or too often tried code, and for an unknown address: `refused` is called with the reason,
 * which takes a second statement for every address.
 */
export async function proveCode(
  ctx: Context,
  entered: EnteredCode,
  refused: (refusal: RefusedCode) => void,
): Promise<ProvenChallenge | null> {
  const { owner, tried, counted, parts } = tryCode(ctx, entered);
  const query = ctx.db
    .select({
      ...userColumns,
      credentialsVersion: users.credentialsVersion,
      challengeId: sql<string>`${tried.id}`.as("challenge_id"),
      isRight: tried.isRight,
    })
    .from(owner)
    .innerJoin(users, eq(users.id, owner.id))
    .innerJoin(counted, sql`true`)
    .innerJoin(tried, sql`true`)
    .orderBy(desc(tried.isRight))
    .limit(1);
  const change = {
    query,
    with: parts,
    writes: { table: codeAttempts, kind: "change" } as const,
    isMade: ({ isRight }: { isRight: boolean }) => isRight,
  };
  const [row] = await commit(ctx, change, () => [countAttempt({ tried })]);
  if (row?.isRight === true) {
    const { isRight: _, ...proven } = row;
    return provenChallenge(entered.purpose, proven);
  }
  const addressOwner = await findOwner(ctx, entered.email);
  refused(row ? { reason: "wrong_code", userId: row.id } : noCodeToTry(addressOwner));
  return null;
}

/** Why a code proves nothing, for the audit log; the user with the address, if there is one. */
export interface RefusedCode {
  readonly reason: "wrong_code" | "void_code" | "disabled" | "unknown_account";
  readonly userId: string | null;
}

interface Owner {
  readonly id: string;
  readonly disabledAt: Date | null;
}

async function findOwner(ctx: Context, email: string): Promise<Owner | null> {
  const [owner] = await ctx.db
    .select({ id: users.id, disabledAt: users.disabledAt })
    .from(users)
    .where(and(eq(sql`lower(${users.email})`, email), isNull(users.deletedAt)));
  return owner ?? null;
}

/** The code was used, has expired, was tried too often, or was never sent. */
function noCodeToTry(owner: Owner | null): RefusedCode {
  if (owner === null) return { reason: "unknown_account", userId: null };
  return { reason: owner.disabledAt === null ? "void_code" : "disabled", userId: owner.id };
}

/**
 * For the statement that acts on a proven challenge: one row with the version of the user's credentials (`newVersion`) while the
 * challenge and its user are as they were and `which` holds. Both stay locked, so that whatever the statement does to them
 * happens; of any number of racing statements one gets the row. The user is locked first, as everywhere.
 */
export function lockChallenge(
  ctx: Context,
  { id, purpose, user, credentialsVersion }: ProvenChallenge,
  { newVersion, which }: { readonly newVersion: SQL<number>; readonly which: SQL | undefined },
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
        which,
      ),
    )
    .for("no key update");
}

/** The effects of consuming a challenge that the statement has locked, with all others of its purpose. */
export function useUpChallenges(ctx: Context, { purpose, user }: ProvenChallenge): Effect[] {
  return [consumeAll(ctx, purpose, user.id), forgetCodeAttempts(user.email)];
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
