import { and, eq, gt, inArray, isNotNull, isNull, lt, sql, type SQL } from "drizzle-orm";

import { changedColumn, withEffects, type Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";
import { codeHashes, hashToken } from "./issue-challenge.ts";
import type { ChallengePurpose } from "./purposes.ts";
import { mailChallenges } from "./table.ts";

/** A user never gets more wrong codes than this over all mails of one purpose (NIST SP 800-63B §3.2.2). */
const maximumTotalAttempts = 100;

/** Whose challenge it was. In effects the same are the columns `user_id` and `email`. */
export interface ConsumedChallenge {
  readonly userId: string;
  readonly email: string;
}

/**
 * Uses up the living challenge that a link's token belongs to, together with `effects`, in one statement: of any number
 * of callers one gets it. Gives `expired` for a token that came too late, null for one that is used or unknown.
 */
export async function consumeToken(
  ctx: Context,
  purpose: ChallengePurpose,
  token: string,
  effects: readonly Effect[],
): Promise<ConsumedChallenge | "expired" | null> {
  const now = ctx.clock.now();
  const isExpired = sql`${mailChallenges.expiresAt} <= ${sql.param(now, mailChallenges.expiresAt)}::timestamptz`;
  const consumed = ctx.db.$with("consumed").as(
    ctx.db
      .update(mailChallenges)
      .set({
        consumedAt: sql`case when ${isExpired} then null else ${sql.param(now, mailChallenges.consumedAt)}::timestamptz end`,
      })
      .from(users)
      .where(
        and(
          eq(mailChallenges.tokenHash, hashToken(token)),
          eq(mailChallenges.purpose, purpose),
          isNull(mailChallenges.consumedAt),
          belongsToLivingUser,
        ),
      )
      .returning(returned),
  );
  const [row] = await withEffects(ctx.db, consumed, effects).select().from(consumed);
  if (!row) return null;
  return row.consumedAt === null ? "expired" : { userId: row.userId, email: row.email };
}

/** Whose challenge a link's token used up, as long as she lives and has that address; or null. */
export async function findConsumedToken(
  ctx: Context,
  purpose: ChallengePurpose,
  token: string,
): Promise<ConsumedChallenge | null> {
  const [row] = await ctx.db
    .select(returned)
    .from(mailChallenges)
    .innerJoin(users, belongsToLivingUser)
    .where(
      and(
        eq(mailChallenges.tokenHash, hashToken(token)),
        eq(mailChallenges.purpose, purpose),
        isNotNull(mailChallenges.consumedAt),
      ),
    );
  return row ? { userId: row.userId, email: row.email } : null;
}

/**
 * Uses up a user's living challenge if the code is its code, together with `effects`, in one statement; counts the
 * attempt if not. Null for a wrong, used, expired or too often tried code, and for an unknown address alike.
 */
export async function consumeCode(
  ctx: Context,
  challenge: { purpose: ChallengePurpose; email: string; code: string },
  effects: readonly Effect[],
): Promise<ConsumedChallenge | null> {
  const now = ctx.clock.now();
  const isRight = inArray(mailChallenges.codeHash, codeHashes(ctx, challenge, challenge.code));
  const tried = ctx.db.$with("tried").as(
    ctx.db
      .update(mailChallenges)
      .set({
        attempts: sql`case when ${isRight} then ${mailChallenges.attempts} else ${mailChallenges.attempts} + 1 end`,
        totalAttempts: sql`case when ${isRight} then 0 else ${mailChallenges.totalAttempts} + 1 end`,
        consumedAt: sql`case when ${isRight} then ${sql.param(now, mailChallenges.consumedAt)}::timestamptz end`,
      })
      .from(users)
      .where(
        and(
          eq(sql`lower(${users.email})`, challenge.email),
          eq(mailChallenges.purpose, challenge.purpose),
          isNull(mailChallenges.consumedAt),
          gt(mailChallenges.codeExpiresAt, now),
          lt(mailChallenges.attempts, ctx.settings.otpMaxAttempts),
          lt(mailChallenges.totalAttempts, maximumTotalAttempts),
          belongsToLivingUser,
        ),
      )
      .returning(returned),
  );
  const [row] = await withEffects(ctx.db, tried, effects).select().from(tried);
  return row && row.consumedAt !== null ? { userId: row.userId, email: row.email } : null;
}

/** In an effect: whether the challenge was used up by this statement. */
export const wasConsumed: SQL = sql`${changedColumn("consumed_at")} is not null`;

const belongsToLivingUser = and(
  eq(users.id, mailChallenges.userId),
  eq(users.email, mailChallenges.email),
  isNull(users.deletedAt),
);

const returned = {
  userId: mailChallenges.userId,
  email: mailChallenges.email,
  consumedAt: mailChallenges.consumedAt,
};
