import { and, eq, isNull, sql } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import type { Effect } from "../../platform/db/effects.ts";
import type { Db } from "../../platform/db/port.ts";
import { rowVersion } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { type FoundIdentity, insertIdentity } from "../identities/index.ts";
import { userColumns } from "../roles/index.ts";
import { claimAccount, claimedVersion } from "../sign-in/index.ts";
import { isActive, users } from "../users/index.ts";
import { fillEmpty, fillProfile, recordFilled } from "./fill-profile.ts";
import { identityOf, type ProvenProfile } from "./proven-profile.ts";

/** An account as it was read. */
export interface FoundAccount extends Omit<FoundIdentity, "id"> {
  /** The version of its row. */
  readonly version: string;
}

/** The account that has this address in canonical form and is not deleted, or null. */
export async function findAccount(db: Db, email: string): Promise<FoundAccount | null> {
  const [row] = await db
    .select({
      ...userColumns,
      credentialsVersion: users.credentialsVersion,
      isActive: isActive.as("is_active"),
      avatarUrl: users.avatarUrl,
      locale: users.locale,
      version: rowVersion(users),
    })
    .from(users)
    .where(and(eq(sql`lower(${users.email})`, email), isNull(users.deletedAt)));
  if (!row) return null;
  const { credentialsVersion, isActive: isActiveUser, avatarUrl, locale, version, ...user } = row;
  const profile = { name: user.name, avatarUrl, locale };
  return { user, profile, credentialsVersion, isActive: isActiveUser, version };
}

/**
 * Links an identity to the account whose address the provider has verified. An account whose own address was not verified is
 * claimed: what another person may have set up with it is deleted. False, with nothing written, if the account has changed, or
 * another request has linked the identity. The account is always written, so that two racing links cannot both find it unchanged.
 */
export async function linkToAccount(
  ctx: Context,
  proven: ProvenProfile,
  { user, profile, version }: FoundAccount,
): Promise<boolean> {
  const { provider } = proven;
  const identity = identityOf(proven);
  const isClaim = user.emailVerifiedAt === null;
  const owner = ctx.db
    .select({
      userId: sql`${users.id}`.as("user_id"),
      credentialsVersion: claimedVersion.as("credentials_version"),
    })
    .from(users)
    .where(and(eq(users.id, user.id), eq(rowVersion(users), version)))
    .for("no key update");
  const filled = fillEmpty(profile, proven.profile);
  const claim = { by: provider, linked: identity.key, values: filled.values };
  const rows = await commit(ctx, insertIdentity(ctx, identity, owner), () => [
    ...(isClaim ? claimAccount(ctx, user, claim) : [fillProfile(ctx, user.id, filled)]),
    ...recordFilled(ctx, user.id, provider, filled),
    ...recordLink(ctx, { userId: user.id, provider }),
  ]);
  return rows.length > 0;
}

/** The effects of recording that an identity was linked. */
export function recordLink(
  ctx: Context,
  {
    userId,
    provider,
    sessionId,
  }: { readonly userId: string; readonly provider: string; readonly sessionId?: string },
): Effect[] {
  const action = "user.identity_linked";
  return [
    recordAudit(ctx, {
      action,
      result: "success",
      userId,
      detail: { provider },
      ...(sessionId === undefined ? {} : { sessionId }),
    }),
    ...recordEvent(ctx, action, { user_id: userId, provider }),
  ];
}
