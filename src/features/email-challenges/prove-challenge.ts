import { and, eq, gt, inArray, isNull, sql, type SQL } from "drizzle-orm";

import { type Effect, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { userColumns, type UserRecord } from "../roles/index.ts";
import { isActive, users } from "../users/index.ts";
import { hasCodeToTry } from "./consume-challenge.ts";
import { isBoundTo } from "./owner.ts";
import { codeHashes, hashToken } from "./issue-challenge.ts";
import type { ChallengePurpose } from "./purposes.ts";
import { mailChallenges } from "./table.ts";

/** A living challenge whose token or code somebody knows. It is still to be used up, by the statement that acts on it. */
export interface ProvenChallenge {
  readonly id: string;
  readonly purpose: ChallengePurpose;
  readonly user: UserRecord;
  /** Hers when it was proven. */
  readonly credentialsVersion: number;
}

/** The living challenge that a link's token belongs to. Gives `expired` for one that came too late, else null. */
export async function proveToken(
  ctx: Context,
  purpose: ChallengePurpose,
  token: string,
): Promise<ProvenChallenge | "expired" | null> {
  const [row] = await ctx.db
    .select({ ...provenColumns, expiresAt: mailChallenges.expiresAt })
    .from(mailChallenges)
    .innerJoin(users, isLivingUsers(purpose))
    .where(eq(mailChallenges.tokenHash, hashToken(token)));
  if (!row) return null;
  const { expiresAt, ...proven } = row;
  return expiresAt <= ctx.clock.now() ? "expired" : provenChallenge(purpose, proven);
}

/**
 * The living challenge of this address if the code is its code. Every try is counted, together with `effects`, in one
 * statement: also the right one, for it uses up nothing yet. In effects: the user's `id`, and `is_right`. Null for a wrong,
 * used, expired or too often tried code, and for an unknown address alike.
 */
export async function proveCode(
  ctx: Context,
  challenge: { purpose: ChallengePurpose; email: string; code: string },
  effects: readonly Effect[],
): Promise<ProvenChallenge | null> {
  const { purpose, email, code } = challenge;
  const isRight = inArray(mailChallenges.codeHash, codeHashes(ctx, challenge, code));
  const tried = ctx.db.$with("tried").as(
    ctx.db
      .update(mailChallenges)
      .set({
        attempts: sql`${mailChallenges.attempts} + 1`,
        totalAttempts: sql`case when ${isRight} then 0 else ${mailChallenges.totalAttempts} + 1 end`,
      })
      .from(users)
      .where(and(eq(sql`lower(${users.email})`, email), hasCodeToTry(ctx), isLivingUsers(purpose)))
      .returning({ ...provenColumns, isRight: sql<boolean>`${isRight}`.as("is_right") }),
  );
  const [row] = await withEffects(ctx.db, tried, effects).select().from(tried);
  if (!row) return null;
  const { isRight: wasRight, ...proven } = row;
  return wasRight ? provenChallenge(purpose, proven) : null;
}

/**
 * For the statement that acts on a proven challenge: one row with `credentials_version` (given, or her present one) and
 * `is_unverified`, while the challenge and its user are as they were. Both stay locked, so that whatever the statement
 * does to them happens; of any number of racing statements one gets the row. The user is locked first, as by others.
 */
export function lockChallenge(
  ctx: Context,
  { id, purpose, user, credentialsVersion }: ProvenChallenge,
  newVersion: SQL = sql`${users.credentialsVersion}`,
) {
  return ctx.db.$with("proof").as(
    ctx.db
      .select({
        credentialsVersion: sql<number>`${newVersion}`.as("credentials_version"),
        isUnverified: sql<boolean>`${users.emailVerifiedAt} is null`.as("is_unverified"),
      })
      .from(users)
      .innerJoin(mailChallenges, isLivingUsers(purpose))
      .where(
        and(
          eq(users.id, user.id),
          eq(mailChallenges.id, id),
          gt(mailChallenges.expiresAt, ctx.clock.now()),
          eq(users.credentialsVersion, credentialsVersion),
        ),
      )
      .for("no key update"),
  );
}

/** The effect of using up a challenge that the statement has locked. */
export function useUpChallenge(ctx: Context, { id, purpose, user }: ProvenChallenge): Effect {
  const now = sql.param(ctx.clock.now(), mailChallenges.consumedAt);
  return (changed) => sql`
    update ${mailChallenges} set consumed_at = ${now}::timestamptz from ${changed}
    where ${mailChallenges.userId} = ${user.id} and ${mailChallenges.purpose} = ${purpose}
      and ${mailChallenges.id} = ${id}`;
}

/** Whether it was not used up, and its user lives and is as she was when it was mailed. */
function isLivingUsers(purpose: ChallengePurpose): SQL | undefined {
  return and(
    eq(mailChallenges.purpose, purpose),
    isNull(mailChallenges.consumedAt),
    isBoundTo(users, purpose),
    isActive,
  );
}

const provenColumns = {
  ...userColumns,
  credentialsVersion: users.credentialsVersion,
  challengeId: sql<string>`${mailChallenges.id}`.as("challenge_id"),
};

function provenChallenge(
  purpose: ChallengePurpose,
  row: UserRecord & { credentialsVersion: number; challengeId: string },
): ProvenChallenge {
  const { credentialsVersion, challengeId, ...user } = row;
  return { id: challengeId, purpose, user, credentialsVersion };
}
