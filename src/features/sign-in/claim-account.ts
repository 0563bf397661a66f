import { eq, sql } from "drizzle-orm";

import { type Effect, type EffectRow, updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { deleteIdentitiesOf, type IdentityKey } from "../identities/index.ts";
import { deleteFactorsOf } from "../mfa/index.ts";
import { deletePasskeysOf } from "../passkeys/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { claimedIdentitiesVersion, nextCredentialsVersion, users } from "../users/index.ts";
import { forgetOtherDevices } from "./remember-device.ts";

/** The version of the account's credentials at this sign-in: the next one if its address was not verified before. */
export const claimedVersion = sql<number>`case when ${users.emailVerifiedAt} is null then ${nextCredentialsVersion} else ${users.credentialsVersion} end`;

/** How the owner of the mailbox claims an unverified account. */
export interface Claim {
  /** For the record: `link`, `code`, or the name of a provider. */
  readonly by: string;
  /** The identity that the same statement links. */
  readonly linked?: IdentityKey;
  /** Further columns that the statement sets. */
  readonly values?: Partial<EffectRow<typeof users>>;
}

/**
 * The effects on an account whose address was not verified when the owner of the mailbox signs in: the address is verified, and
 * everything that another person may have set up with it is deleted: password, sessions, links, codes, devices, identities,
 * passkeys, second factor. The statement has locked the user, who is unverified, at `claimedVersion`.
 */
export function claimAccount(
  ctx: Context,
  { id: userId, email }: { readonly id: string; readonly email: string },
  { by, linked, values }: Claim,
): Effect[] {
  const action = "user.email_verified";
  const now = ctx.clock.now();
  const claim = updateRows(
    users,
    {
      ...values,
      emailVerifiedAt: now,
      updatedAt: now,
      passwordHash: null,
      wantedUsername: null,
      credentialsVersion: nextCredentialsVersion,
      identitiesVersion: claimedIdentitiesVersion,
    },
    eq(users.id, userId),
  );
  return [
    { ...claim, announces: { subject: "user", id: userId } },
    endSessionsOf(ctx, { userId, reason: "account_claimed" }),
    forgetOtherDevices(ctx, userId),
    deleteIdentitiesOf(userId, linked),
    deletePasskeysOf(userId),
    ...deleteFactorsOf(userId),
    recordAudit(ctx, { action, result: "success", userId, detail: { by } }),
    ...recordEvent(ctx, action, { user_id: userId, email }),
  ];
}
