import { and, desc, eq, inArray, isNull, sql } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import { type Columns, type Effect, when } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";
import { hashToken } from "./issue-challenge.ts";
import { consumeAll, forgetCodeAttempts, isBoundTo, lockOwner } from "./queries.ts";
import { type ChallengePurpose, codeAttempts, emailChallenges } from "./table.ts";
import { countAttempt, type EnteredCode, tryCode } from "./try-code.ts";

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

const noEffects: ChallengeEffects = { consumed: () => [], refused: () => undefined };

/**
 * Consumes the active challenge of a link's token and all others of its purpose, together with `effects`, in one statement: of any
 * number of callers one gets it. Gives `expired` for an expired token, null for one that is used or unknown.
 */
export async function consumeToken(
  ctx: Context,
  purpose: ChallengePurpose,
  token: string,
  effects: ChallengeEffects = noEffects,
): Promise<ConsumedChallenge | "expired" | null> {
  const hasToken = and(
    eq(emailChallenges.tokenHash, hashToken(token)),
    eq(emailChallenges.purpose, purpose),
  );
  const userIds = ctx.db
    .select({ userId: emailChallenges.userId })
    .from(emailChallenges)
    .where(hasToken);
  const owner = lockOwner(ctx.db, inArray(users.id, userIds));
  const isActive = sql<boolean>`${emailChallenges.expiresAt} > ${sql.param(ctx.clock.now(), emailChallenges.expiresAt)}::timestamptz`;
  const query = ctx.db
    .select({
      ...ownerColumns(owner),
      email: emailChallenges.email,
      isConsumed: isActive.as("is_consumed"),
    })
    .from(emailChallenges)
    .innerJoin(owner, isBoundTo(owner, purpose))
    .where(and(hasToken, isNull(emailChallenges.consumedAt)))
    .for("no key update", { of: emailChallenges });
  const change = { query, with: [owner], ...consumption };
  const [row] = await commit(ctx, change, (tried) =>
    when(tried.isConsumed, [
      consumeAll(ctx, purpose, tried.userId),
      forgetCodeAttempts(tried.email),
      ...effects.consumed(tried),
    ]),
  );
  if (row?.isConsumed === true) return consumedChallenge(row);
  effects.refused(row?.userId ?? null);
  return row ? "expired" : null;
}

/**
 * Consumes a user's active challenges of a purpose if the code is the code of one, together with `effects`, in one statement;
 * counts the attempt if not. Null for a wrong, used, expired or too often tried code, and for an unknown address.
 */
export async function consumeCode(
  ctx: Context,
  entered: EnteredCode,
  effects: ChallengeEffects = noEffects,
): Promise<ConsumedChallenge | null> {
  const { owner, tried, counted, parts } = tryCode(ctx, entered);
  const query = ctx.db
    .select({
      ...ownerColumns(owner),
      email: sql<string>`${owner.email}`.as("email"),
      isConsumed: sql<boolean>`${tried.isRight}`.as("is_consumed"),
    })
    .from(owner)
    .innerJoin(counted, sql`true`)
    .innerJoin(tried, sql`true`)
    .orderBy(desc(tried.isRight))
    .limit(1);
  const change = {
    query,
    with: parts,
    writes: { table: codeAttempts, kind: "change" } as const,
    ...consumption,
  };
  const [row] = await commit(ctx, change, ({ isConsumed, ...challenge }) => [
    ...when(isConsumed, [
      consumeAll(ctx, entered.purpose, challenge.userId),
      ...effects.consumed(challenge),
    ]),
    ...when(sql`not ${isConsumed}`, [countAttempt({ tried })]),
  ]);
  if (row?.isConsumed === true) return consumedChallenge(row);
  effects.refused(row?.userId ?? null);
  return null;
}

/** A challenge as the statement returns it, whether it was consumed or not. */
type TriedChallenge = ConsumedChallenge & { readonly isConsumed: boolean };

/** Each purpose that is consumed here changes its user. */
const consumption = {
  isMade: ({ isConsumed }: TriedChallenge) => isConsumed,
  announce: ({ userId }: TriedChallenge) => ({ subject: "user", id: userId }) as const,
};

/** The challenge is bound to its owner's present credentials. */
function ownerColumns(owner: ReturnType<typeof lockOwner>) {
  return {
    userId: sql<string>`${owner.id}`.as("user_id"),
    credentialsVersion: owner.credentialsVersion,
    previousEmail: sql<string>`${owner.email}`.as("previous_email"),
    wasVerified: sql<boolean>`${owner.emailVerifiedAt} is not null`.as("was_verified"),
  };
}

function consumedChallenge({ isConsumed: _, ...challenge }: TriedChallenge): ConsumedChallenge {
  return challenge;
}
