import {
  and,
  eq,
  gt,
  isNotNull,
  isNull,
  lt,
  or,
  sql,
  type SQL,
  type SQLWrapper,
} from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import type { Context } from "../../platform/platform.ts";
import { isActive, users } from "../users/index.ts";
import { hashToken } from "./issue-challenge.ts";
import { type ChallengePurpose, emailChallenges } from "./table.ts";

/** The number of wrong codes that a user may enter over all mails of one purpose (NIST SP 800-63B §3.2.2). */
const maximumTotalAttempts = 100;

/** The columns of a user by which a challenge is bound to the user. */
interface OwnerColumns {
  readonly id: SQLWrapper;
  readonly email: SQLWrapper;
  readonly credentialsVersion: SQLWrapper;
}

/**
 * The active user that `which` finds, locked until the end of the statement: a change of the user's credentials is committed
 * before it, and is seen, or after it. So of two challenges that would each void the other, one is consumed.
 */
export function lockOwner(db: Db, which: SQL) {
  return db.$with("owner").as(
    db
      .select({
        id: users.id,
        email: users.email,
        credentialsVersion: users.credentialsVersion,
        emailVerifiedAt: users.emailVerifiedAt,
      })
      .from(users)
      .where(and(which, isActive))
      .for("no key update"),
  );
}

/**
 * Whether a challenge belongs to this user, and the user has not changed since in a way that voids it. A challenge for an
 * address that is not the user's is void, except one that changes the address.
 */
export function isBoundTo(owner: OwnerColumns, purpose: ChallengePurpose): SQL | undefined {
  return and(
    eq(emailChallenges.userId, owner.id),
    eq(emailChallenges.credentialsVersion, owner.credentialsVersion),
    purpose === "change-email" ? undefined : sql`${emailChallenges.email} = ${owner.email}`,
  );
}

/** Whether a challenge has a code that has not expired and was not tried too often. */
export function hasCodeToTry(ctx: Context): SQL | undefined {
  return and(
    gt(emailChallenges.codeExpiresAt, ctx.clock.now()),
    lt(emailChallenges.attempts, ctx.settings.otpMaxAttempts),
    lt(emailChallenges.totalAttempts, maximumTotalAttempts),
  );
}

/** A challenge as it is stored. */
export interface FoundChallenge {
  readonly state: "active" | "expired" | "consumed";
  readonly userId: string;
  /** The address to which it was mailed. */
  readonly email: string;
}

/**
 * The challenge of a link's token, or null. Changes nothing and decides nothing: whether a challenge can be used is decided by
 * `consumeToken`. A consumed one is found as long as its user is active and has its address.
 */
export async function findChallenge(
  ctx: Context,
  purpose: ChallengePurpose,
  token: string,
): Promise<FoundChallenge | null> {
  const [row] = await ctx.db
    .select({
      userId: emailChallenges.userId,
      email: emailChallenges.email,
      expiresAt: emailChallenges.expiresAt,
      consumedAt: emailChallenges.consumedAt,
    })
    .from(emailChallenges)
    .innerJoin(users, and(eq(users.id, emailChallenges.userId), isActive))
    .where(
      and(
        eq(emailChallenges.tokenHash, hashToken(token)),
        eq(emailChallenges.purpose, purpose),
        or(
          and(isNull(emailChallenges.consumedAt), isBoundTo(users, purpose)),
          and(isNotNull(emailChallenges.consumedAt), eq(users.email, emailChallenges.email)),
        ),
      ),
    );
  if (!row) return null;
  const { userId, email, expiresAt, consumedAt } = row;
  if (consumedAt !== null) return { state: "consumed", userId, email };
  return { state: expiresAt <= ctx.clock.now() ? "expired" : "active", userId, email };
}
