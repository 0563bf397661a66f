import { and, eq, gt, isNotNull, isNull, or, sql, type SQL, type SQLWrapper } from "drizzle-orm";

import { deleteRows, type Effect, updateRows } from "../../platform/db/effects.ts";
import type { Db } from "../../platform/db/port.ts";
import type { Context } from "../../platform/platform.ts";
import { isActive, users } from "../users/index.ts";
import { hashToken } from "./issue-challenge.ts";
import { type ChallengePurpose, codeAttempts, emailChallenges } from "./table.ts";

/** The usable challenges of one purpose that a user may have before a request for another mail is ignored. */
const maximumChallenges = 50;

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

/** Whether a user may get another challenge of this purpose, in a query on `users`. */
export function hasRoomForChallenge({ db, clock }: Context, purpose: ChallengePurpose): SQL {
  const usable = db
    .select({ id: emailChallenges.id })
    .from(emailChallenges)
    .where(
      and(
        eq(emailChallenges.purpose, purpose),
        isBoundTo(users, purpose),
        isNull(emailChallenges.consumedAt),
        gt(emailChallenges.expiresAt, clock.now()),
      ),
    )
    .limit(maximumChallenges);
  return sql`(select count(*) from ${usable} as "usable") < ${maximumChallenges}`;
}

/** The effect of consuming all challenges of one purpose of the user: of several mails, one link or code works once. */
export function consumeAll(
  ctx: Context,
  purpose: ChallengePurpose,
  userId: string | SQL<string>,
): Effect {
  return updateRows(
    emailChallenges,
    { consumedAt: ctx.clock.now() },
    and(
      eq(emailChallenges.userId, userId),
      eq(emailChallenges.purpose, purpose),
      isNull(emailChallenges.consumedAt),
    ),
    "consumed",
  );
}

/** The effect of deleting the challenges of a purpose that the user had before the statement. */
export function deleteEarlier(purpose: ChallengePurpose, userId: string): Effect {
  return deleteRows(
    emailChallenges,
    and(eq(emailChallenges.userId, userId), eq(emailChallenges.purpose, purpose)),
  );
}

/** The effect of forgetting wrong codes: a link that was mailed to the address proves the mailbox. */
export function forgetCodeAttempts(email: string | SQL<string>): Effect {
  return deleteRows(codeAttempts, eq(codeAttempts.email, email));
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
