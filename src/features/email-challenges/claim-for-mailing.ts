import { and, eq, gt, isNull, notExists, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";

import type { Platform } from "../../platform/platform.ts";
import { isActive, users } from "../users/index.ts";
import { emailChallenges } from "./table.ts";

const newer = alias(emailChallenges, "newer");

/**
 * Whether the mail of a challenge is to be sent; from then on its code can be entered. False if it was used, is void or has
 * expired, or if a newer challenge of its purpose for the same address is valid at least as long: that one is mailed. So a
 * request never takes the place of an invitation, which is valid for longer.
 */
export async function claimChallengeForMailing(
  { db, clock }: Platform,
  id: string,
): Promise<boolean> {
  const now = clock.now();
  const superseding = db
    .select({ id: newer.id })
    .from(newer)
    .where(
      and(
        eq(newer.userId, emailChallenges.userId),
        eq(newer.purpose, emailChallenges.purpose),
        gt(newer.id, emailChallenges.id),
        eq(newer.email, emailChallenges.email),
        eq(newer.credentialsVersion, emailChallenges.credentialsVersion),
        isNull(newer.consumedAt),
        sql`${newer.expiresAt} >= ${emailChallenges.expiresAt}`,
      ),
    );
  const claimed = await db
    .update(emailChallenges)
    .set({ mailedAt: now })
    .from(users)
    .where(
      and(
        eq(emailChallenges.id, id),
        isNull(emailChallenges.consumedAt),
        gt(emailChallenges.expiresAt, now),
        eq(users.id, emailChallenges.userId),
        eq(users.credentialsVersion, emailChallenges.credentialsVersion),
        or(eq(emailChallenges.purpose, "change-email"), eq(users.email, emailChallenges.email)),
        isActive,
        notExists(superseding),
      ),
    )
    .returning({ id: emailChallenges.id });
  return claimed.length > 0;
}
