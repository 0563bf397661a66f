import { and, eq, gt, inArray, isNull, lt, sql, type SQL } from "drizzle-orm";

import { changedColumn, withEffects, type Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";
import { isBoundTo, lockHolder } from "./owner.ts";
import { codeHashes, hashToken } from "./issue-challenge.ts";
import type { ChallengePurpose } from "./purposes.ts";
import { mailChallenges } from "./table.ts";

/** A user never gets more wrong codes than this over all mails of one purpose (NIST SP 800-63B §3.2.2). */
const maximumTotalAttempts = 100;

/**
 * Whose challenge it was, with her as she was before the effects. In effects the same are the columns `user_id`, `email`,
 * `credentials_version` and `was_verified`.
 */
export interface ConsumedChallenge {
  readonly userId: string;
  /** The address that it was mailed to. */
  readonly email: string;
  readonly credentialsVersion: number;
  /** Whether the address that she had was verified. */
  readonly wasVerified: boolean;
}

/**
 * Uses up the living challenge that a link's token belongs to, together with `effects`, in one statement: of any number
 * of callers one gets it. Gives `expired` for a token that came too late, null for one that is used or unknown.
 * Effects also see the row of an expired one: those that are for a used one alone ask `wasConsumed`.
 */
export async function consumeToken(
  ctx: Context,
  purpose: ChallengePurpose,
  token: string,
  effects: readonly Effect[],
): Promise<ConsumedChallenge | "expired" | null> {
  const now = ctx.clock.now();
  const isItsToken = and(
    eq(mailChallenges.tokenHash, hashToken(token)),
    eq(mailChallenges.purpose, purpose),
  );
  const owner = ctx.db
    .select({ userId: mailChallenges.userId })
    .from(mailChallenges)
    .where(isItsToken);
  const holder = lockHolder(ctx.db, inArray(users.id, owner));
  const isExpired = sql`${mailChallenges.expiresAt} <= ${sql.param(now, mailChallenges.expiresAt)}::timestamptz`;
  const consumed = ctx.db.$with("consumed").as(
    ctx.db
      .with(holder)
      .update(mailChallenges)
      .set({
        totalAttempts: sql`case when ${isExpired} then ${mailChallenges.totalAttempts} else 0 end`,
        consumedAt: sql`case when ${isExpired} then null else ${sql.param(now, mailChallenges.consumedAt)}::timestamptz end`,
      })
      .from(holder)
      .where(and(isItsToken, isNull(mailChallenges.consumedAt), isBoundTo(holder, purpose)))
      .returning(returned(holder)),
  );
  const [row] = await withEffects(ctx.db, consumed, effects).select().from(consumed);
  if (!row) return null;
  return row.consumedAt === null ? "expired" : consumedChallenge(row);
}

/**
 * Uses up a user's living challenge if the code is its code, together with `effects`, in one statement; counts the
 * attempt if not. Null for a wrong, used, expired or too often tried code, and for an unknown address alike.
 * Effects also see the row of a wrong one: those that are for a used one alone ask `wasConsumed`.
 */
export async function consumeCode(
  ctx: Context,
  challenge: { purpose: ChallengePurpose; email: string; code: string },
  effects: readonly Effect[],
): Promise<ConsumedChallenge | null> {
  const now = ctx.clock.now();
  const { purpose, email, code } = challenge;
  const holder = lockHolder(ctx.db, eq(sql`lower(${users.email})`, email));
  const isRight = inArray(mailChallenges.codeHash, codeHashes(ctx, challenge, code));
  const tried = ctx.db.$with("tried").as(
    ctx.db
      .with(holder)
      .update(mailChallenges)
      .set({
        attempts: sql`case when ${isRight} then ${mailChallenges.attempts} else ${mailChallenges.attempts} + 1 end`,
        totalAttempts: sql`case when ${isRight} then 0 else ${mailChallenges.totalAttempts} + 1 end`,
        consumedAt: sql`case when ${isRight} then ${sql.param(now, mailChallenges.consumedAt)}::timestamptz end`,
      })
      .from(holder)
      .where(
        and(
          eq(mailChallenges.purpose, purpose),
          isNull(mailChallenges.consumedAt),
          hasCodeToTry(ctx),
          isBoundTo(holder, purpose),
        ),
      )
      .returning(returned(holder)),
  );
  const [row] = await withEffects(ctx.db, tried, effects).select().from(tried);
  return row && row.consumedAt !== null ? consumedChallenge(row) : null;
}

/** Whether a challenge has a code that is not too old and was not tried too often. */
export function hasCodeToTry(ctx: Context): SQL | undefined {
  return and(
    gt(mailChallenges.codeExpiresAt, ctx.clock.now()),
    lt(mailChallenges.attempts, ctx.settings.otpMaxAttempts),
    lt(mailChallenges.totalAttempts, maximumTotalAttempts),
  );
}

/** In an effect: whether the challenge was used up by this statement. */
export const wasConsumed: SQL = sql`${changedColumn("consumed_at")} is not null`;

function returned(holder: ReturnType<typeof lockHolder>) {
  return {
    userId: mailChallenges.userId,
    email: mailChallenges.email,
    credentialsVersion: mailChallenges.credentialsVersion,
    wasVerified: sql<boolean>`${holder.emailVerifiedAt} is not null`.as("was_verified"),
    consumedAt: mailChallenges.consumedAt,
  };
}

function consumedChallenge(row: ConsumedChallenge): ConsumedChallenge {
  const { userId, email, credentialsVersion, wasVerified } = row;
  return { userId, email, credentialsVersion, wasVerified };
}
