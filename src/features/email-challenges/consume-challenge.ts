import { and, eq, inArray, isNull, sql } from "drizzle-orm";

import { commit, type EffectsOf } from "../../platform/db/commit.ts";
import { type Columns, type Effect, when } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";
import { codeHashes, hashToken } from "./issue-challenge.ts";
import { hasCodeToTry, isBoundTo, lockOwner } from "./queries.ts";
import { type ChallengePurpose, emailChallenges } from "./table.ts";

/** A consumed challenge, with its user as they were before the effects. */
export interface ConsumedChallenge {
  readonly userId: string;
  /** The address to which it was mailed. */
  readonly email: string;
  readonly credentialsVersion: number;
  /** The user's address. */
  readonly previousEmail: string;
  /** Whether that address was verified. */
  readonly wasVerified: boolean;
}

/** What an attempt to use a challenge leads to. */
export interface ChallengeEffects {
  readonly consumed: (challenge: Columns<ConsumedChallenge>) => readonly Effect[];
  /** Called for every other attempt; null where no challenge was found. */
  readonly refused: (userId: string | null) => void;
}

/** A challenge as the statement returns it; one that was not consumed by it has no `consumedAt`. */
type TriedChallenge = ConsumedChallenge & { readonly consumedAt: Date | null };

const noEffects: ChallengeEffects = { consumed: () => [], refused: () => undefined };

/**
 * Consumes the active challenge of a link's token, together with `effects`, in one statement: of any number of callers one
 * gets it. Gives `expired` for an expired token, null for one that is used or unknown.
 */
export async function consumeToken(
  ctx: Context,
  purpose: ChallengePurpose,
  token: string,
  effects: ChallengeEffects = noEffects,
): Promise<ConsumedChallenge | "expired" | null> {
  const now = ctx.clock.now();
  const hasToken = and(
    eq(emailChallenges.tokenHash, hashToken(token)),
    eq(emailChallenges.purpose, purpose),
  );
  const userIds = ctx.db
    .select({ userId: emailChallenges.userId })
    .from(emailChallenges)
    .where(hasToken);
  const owner = lockOwner(ctx.db, inArray(users.id, userIds));
  const isExpired = sql`${emailChallenges.expiresAt} <= ${sql.param(now, emailChallenges.expiresAt)}::timestamptz`;
  const query = ctx.db
    .with(owner)
    .update(emailChallenges)
    .set({
      totalAttempts: sql`case when ${isExpired} then ${emailChallenges.totalAttempts} else 0 end`,
      consumedAt: sql`case when ${isExpired} then null else ${sql.param(now, emailChallenges.consumedAt)}::timestamptz end`,
    })
    .from(owner)
    .where(and(hasToken, isNull(emailChallenges.consumedAt), isBoundTo(owner, purpose)))
    .returning(returned(owner));
  const [row] = await commit(ctx, { query, ...consumption }, effectsOf(effects));
  if (row && isConsumed(row)) return consumedChallenge(row);
  effects.refused(row?.userId ?? null);
  return row ? "expired" : null;
}

/**
 * Consumes a user's active challenge if the code is its code, together with `effects`, in one statement; counts the attempt
 * if not. Null for a wrong, used, expired or too often tried code, and for an unknown address.
 */
export async function consumeCode(
  ctx: Context,
  challenge: { purpose: ChallengePurpose; email: string; code: string },
  effects: ChallengeEffects = noEffects,
): Promise<ConsumedChallenge | null> {
  const now = ctx.clock.now();
  const { purpose, email, code } = challenge;
  const owner = lockOwner(ctx.db, eq(sql`lower(${users.email})`, email));
  const isRight = inArray(emailChallenges.codeHash, codeHashes(ctx, challenge, code));
  const query = ctx.db
    .with(owner)
    .update(emailChallenges)
    .set({
      attempts: sql`case when ${isRight} then ${emailChallenges.attempts} else ${emailChallenges.attempts} + 1 end`,
      totalAttempts: sql`case when ${isRight} then 0 else ${emailChallenges.totalAttempts} + 1 end`,
      consumedAt: sql`case when ${isRight} then ${sql.param(now, emailChallenges.consumedAt)}::timestamptz end`,
    })
    .from(owner)
    .where(
      and(
        eq(emailChallenges.purpose, purpose),
        isNull(emailChallenges.consumedAt),
        hasCodeToTry(ctx),
        isBoundTo(owner, purpose),
      ),
    )
    .returning(returned(owner));
  const [row] = await commit(ctx, { query, ...consumption }, effectsOf(effects));
  if (row && isConsumed(row)) return consumedChallenge(row);
  effects.refused(row?.userId ?? null);
  return null;
}

/** Each purpose that is consumed here changes its user. */
const consumption = {
  isMade: isConsumed,
  announce: ({ userId }: TriedChallenge) => ({ subject: "user", id: userId }) as const,
};

function effectsOf({ consumed }: ChallengeEffects): EffectsOf<TriedChallenge> {
  return (row) => when(sql`${row.consumedAt} is not null`, consumed(row));
}

function isConsumed({ consumedAt }: TriedChallenge): boolean {
  return consumedAt !== null;
}

function returned(owner: ReturnType<typeof lockOwner>) {
  return {
    userId: emailChallenges.userId,
    email: emailChallenges.email,
    credentialsVersion: emailChallenges.credentialsVersion,
    previousEmail: sql<string>`${owner.email}`.as("previous_email"),
    wasVerified: sql<boolean>`${owner.emailVerifiedAt} is not null`.as("was_verified"),
    consumedAt: emailChallenges.consumedAt,
  };
}

function consumedChallenge({ consumedAt: _, ...challenge }: TriedChallenge): ConsumedChallenge {
  return challenge;
}
