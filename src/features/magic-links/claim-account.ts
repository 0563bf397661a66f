import { sql, type SQL } from "drizzle-orm";

import type { Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { forgetDevices } from "../sign-in/index.ts";
import { type UserRecord } from "../roles/index.ts";
import { nextCredentialsVersion, users } from "../users/index.ts";

/** The version at which an account goes on when the owner of its mailbox comes: another one if nobody had proven that before. */
export const claimedVersion: SQL = sql`case when ${users.emailVerifiedAt} is null then ${nextCredentialsVersion} else ${users.credentialsVersion} end`;

/**
 * What happens to an account whose address was not verified when the owner of the mailbox signs in by mail: it is verified,
 * and whatever an impostor may have set up with her address is gone: password, sessions, links, codes, devices. Nothing
 * happens to any other account. The statement has locked the user as `proof`, at `claimedVersion`.
 */
export function claimEffects(ctx: Context, user: UserRecord, by: "link" | "code"): Effect[] {
  const userId = user.id;
  const action = "user.email_verified";
  const now = sql`${sql.param(ctx.clock.now(), users.updatedAt)}::timestamptz`;
  return [
    (changed) => sql`
      update ${users} set email_verified_at = ${now}, updated_at = ${now}, password_hash = null,
        wanted_username = null, credentials_version = ${nextCredentialsVersion}
      from ${changed} where ${users.id} = ${userId} and ${wasUnverified}`,
    endSessionsOf(ctx, { userId, reason: "account_claimed" }, wasUnverified),
    forgetDevices(ctx, userId, wasUnverified),
    recordAudit(ctx, { action, result: "success", userId, detail: { by } }, wasUnverified),
    recordEvent(ctx, action, { user_id: userId, email: user.email }, { when: wasUnverified }),
  ];
}

const wasUnverified = sql`exists (select from "proof" where "is_unverified")`;
