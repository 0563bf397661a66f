import { eq, sql } from "drizzle-orm";

import { type Columns, type Effect, updateRows, when } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import type { UserRecord } from "../roles/index.ts";
import { endSessionsOf, type SessionProof } from "../sessions/index.ts";
import { forgetOtherDevices } from "../sign-in/index.ts";
import { nextCredentialsVersion, users } from "../users/index.ts";

/** The version of the account's credentials at this sign-in: the next one if its address was not verified before. */
export const claimedVersion = sql<number>`case when ${users.emailVerifiedAt} is null then ${nextCredentialsVersion} else ${users.credentialsVersion} end`;

/**
 * The effects on an account whose address was not verified when the owner of the mailbox signs in by mail: the address is
 * verified, and everything that another person may have set up with it is deleted: password, sessions, links, codes, devices. A
 * verified account does not change. The statement has locked the user, at `claimedVersion`.
 */
export function claimEffects(
  ctx: Context,
  user: UserRecord,
  by: "link" | "code",
  { isUnverified }: Columns<SessionProof>,
): Effect[] {
  // Read before the statement: an address that is verified stays so.
  if (user.emailVerifiedAt !== null) return [];
  const userId = user.id;
  const action = "user.email_verified";
  const now = ctx.clock.now();
  const claim = updateRows(
    users,
    {
      emailVerifiedAt: now,
      updatedAt: now,
      passwordHash: null,
      wantedUsername: null,
      credentialsVersion: nextCredentialsVersion,
    },
    eq(users.id, userId),
  );
  return when(isUnverified, [
    { ...claim, announces: { subject: "user", id: userId } },
    endSessionsOf(ctx, { userId, reason: "account_claimed" }),
    forgetOtherDevices(ctx, userId),
    recordAudit(ctx, { action, result: "success", userId, detail: { by } }),
    ...recordEvent(ctx, action, { user_id: userId, email: user.email }),
  ]);
}
