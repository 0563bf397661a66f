import { and, eq, gt, isNull } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { deleteBatch } from "../../platform/db/delete-batch.ts";
import type { Db } from "../../platform/db/port.ts";
import type { Context } from "../../platform/platform.ts";
import { ceremonySeconds } from "./relying-party.ts";
import { type Ceremony, passkeyChallenges } from "./table.ts";

/** A challenge that a client answers. */
export interface IssuedChallenge {
  readonly id: string;
  /** Base64url. */
  readonly challenge: string;
}

/** What a challenge is bound to. */
export interface ChallengeBinding {
  readonly ceremony: Ceremony;
  /** The user who adds a passkey, and the session in which they do. Null for a sign-in. */
  readonly owner: { readonly userId: string; readonly sessionId: string } | null;
}

const challengeBits = 256;

/** Stores a new challenge for one ceremony, valid for five minutes (WebAuthn §13.4.3). */
export async function issueChallenge(
  ctx: Context,
  { ceremony, owner }: ChallengeBinding,
): Promise<IssuedChallenge> {
  const now = ctx.clock.now();
  const issued = { id: ctx.random.id(now), challenge: ctx.random.token(challengeBits) };
  const expiresAt = addSeconds(now, ceremonySeconds);
  await ctx.db.insert(passkeyChallenges).values({ ...issued, ceremony, ...owner, expiresAt });
  return issued;
}

/**
 * Consumes a challenge, whatever else is wrong with the response to it. False if it is unknown, expired, used, or of another
 * ceremony, user, session or `id`. Of any number of racing requests one gets true.
 */
export async function consumeChallenge(
  ctx: Context,
  { ceremony, owner }: ChallengeBinding,
  { challenge, id }: { readonly challenge: string; readonly id?: string },
): Promise<boolean> {
  const now = ctx.clock.now();
  const { userId, sessionId } = passkeyChallenges;
  const rows = await ctx.db
    .update(passkeyChallenges)
    .set({ consumedAt: now })
    .where(
      and(
        eq(passkeyChallenges.challenge, challenge),
        id === undefined ? undefined : eq(passkeyChallenges.id, id),
        eq(passkeyChallenges.ceremony, ceremony),
        owner === null
          ? isNull(userId)
          : and(eq(userId, owner.userId), eq(sessionId, owner.sessionId)),
        isNull(passkeyChallenges.consumedAt),
        gt(passkeyChallenges.expiresAt, now),
      ),
    )
    .returning({ id: passkeyChallenges.id });
  return rows.length > 0;
}

/** Deletes a batch of expired challenges. */
export function deleteExpiredPasskeyChallenges(db: Db, now: Date): Promise<number> {
  return deleteBatch(db, passkeyChallenges, { since: passkeyChallenges.expiresAt, before: now });
}
