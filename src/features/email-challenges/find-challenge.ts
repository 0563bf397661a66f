import { and, eq, isNotNull, isNull, or } from "drizzle-orm";

import type { Context } from "../../platform/platform.ts";
import { isActive, users } from "../users/index.ts";
import { isBoundTo } from "./owner.ts";
import { hashToken } from "./issue-challenge.ts";
import type { ChallengePurpose } from "./purposes.ts";
import { mailChallenges } from "./table.ts";

/** A challenge as it is, with nothing done to it. */
export interface FoundChallenge {
  readonly state: "living" | "expired" | "consumed";
  readonly userId: string;
  /** The address that it was mailed to. */
  readonly email: string;
}

/**
 * The challenge of a link's token, or null: for what may be known before it is consumed, by `consumeToken`, which alone
 * decides. A consumed one is found as long as its user lives and has its address.
 */
export async function findChallenge(
  ctx: Context,
  purpose: ChallengePurpose,
  token: string,
): Promise<FoundChallenge | null> {
  const [row] = await ctx.db
    .select({
      userId: mailChallenges.userId,
      email: mailChallenges.email,
      expiresAt: mailChallenges.expiresAt,
      consumedAt: mailChallenges.consumedAt,
    })
    .from(mailChallenges)
    .innerJoin(users, and(eq(users.id, mailChallenges.userId), isActive))
    .where(
      and(
        eq(mailChallenges.tokenHash, hashToken(token)),
        eq(mailChallenges.purpose, purpose),
        or(
          and(isNull(mailChallenges.consumedAt), isBoundTo(users, purpose)),
          and(isNotNull(mailChallenges.consumedAt), eq(users.email, mailChallenges.email)),
        ),
      ),
    );
  if (!row) return null;
  const { userId, email, expiresAt, consumedAt } = row;
  if (consumedAt !== null) return { state: "consumed", userId, email };
  return { state: expiresAt <= ctx.clock.now() ? "expired" : "living", userId, email };
}
