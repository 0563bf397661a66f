import { and, eq, sql } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import { untilWritten } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import {
  findIdentity,
  type FoundIdentity,
  hasOtherSubject,
  updateIdentity,
} from "../identities/index.ts";
import type { UserRecord } from "../roles/index.ts";
import { invalidCredentials } from "../sign-in/index.ts";
import { isActiveUser, users } from "../users/index.ts";
import { createSocialAccount } from "./create-social-account.ts";
import { fillEffects, fillEmpty } from "./fill-profile.ts";
import { findAccount, linkToAccount } from "./link-account.ts";
import { identityOf, type ProvenProfile, refuse } from "./proven-profile.ts";

const action = "user.login";

/** The user who signs in with an identity. */
export interface ResolvedAccount {
  readonly user: UserRecord;
  /** The version of the user's credentials with which `completeSignIn` opens the session. */
  readonly credentialsVersion: number;
  readonly identityId: string;
}

/**
 * The account for a sign-in at a provider: that of the identity; else the account with the address, to which the identity is
 * linked; else a new account. The address counts only if the provider has verified it. A refusal is recorded. Throws
 * `INVALID_CREDENTIALS` (disabled), `CONFLICT` (no verified address, or another user's), `REGISTRATION_CLOSED`, `RATE_LIMITED`.
 */
export function resolveAccount(ctx: Context, proven: ProvenProfile): Promise<ResolvedAccount> {
  const { key, email } = identityOf(proven);
  const { provider: by, profile } = proven;
  return untilWritten(async () => {
    const found = await findIdentity(ctx.db, key);
    if (found) return signInWith(ctx, proven, found);
    if (email === null || !profile.emailVerified) {
      const refusal = { action, userId: null, by, reason: "address_not_verified" } as const;
      throw refuse(ctx, refusal, addressNotVerified());
    }
    const account = await findAccount(ctx.db, email);
    if (account) assertActive(ctx, by, account);
    if (account) await assertNoOtherSubject(ctx, proven, account.user);
    const isWritten = account
      ? await linkToAccount(ctx, proven, account)
      : await createSocialAccount(ctx, proven, email);
    const linked = isWritten ? await findIdentity(ctx.db, key) : null;
    return linked && resolved(linked);
  });
}

/**
 * An address that an organization takes from one user and gives to another is verified for both: the second is not the user whose
 * account has an identity at the same issuer. The identities of an unverified account prove nothing, and are deleted.
 */
async function assertNoOtherSubject(
  ctx: Context,
  proven: ProvenProfile,
  { id: userId, emailVerifiedAt }: UserRecord,
): Promise<void> {
  if (emailVerifiedAt === null) return;
  if (!(await hasOtherSubject(ctx.db, userId, identityOf(proven).key))) return;
  const refusal = { action, userId, by: proven.provider, reason: "other_subject" } as const;
  throw refuse(
    ctx,
    refusal,
    new AppError(
      "CONFLICT",
      "The account with this e-mail address is linked to another user of the provider. Sign in another way, then link the provider to your account.",
    ),
  );
}

/** Writes the use of a linked identity. Null if the user or the identity has changed since it was found. */
async function signInWith(
  ctx: Context,
  proven: ProvenProfile,
  found: FoundIdentity,
): Promise<ResolvedAccount | null> {
  const { user, profile, credentialsVersion } = found;
  assertActive(ctx, proven.provider, found);
  const owner = ctx.db
    .select({ userId: sql`${users.id}`.as("user_id") })
    .from(users)
    .where(and(isActiveUser(user.id), eq(users.credentialsVersion, credentialsVersion)))
    .for("no key update");
  const filled = fillEmpty(profile, proven.profile);
  const rows = await commit(ctx, updateIdentity(ctx, identityOf(proven), found.id, owner), () =>
    fillEffects(ctx, user.id, proven.provider, filled),
  );
  if (rows.length === 0) return null;
  return resolved({ ...found, user: { ...user, name: filled.name } });
}

function resolved({ id, user, credentialsVersion }: FoundIdentity): ResolvedAccount {
  return { user, credentialsVersion, identityId: id };
}

function assertActive(
  ctx: Context,
  by: string,
  { user, isActive: isActiveUser }: Pick<FoundIdentity, "user" | "isActive">,
): void {
  if (isActiveUser) return;
  throw refuse(ctx, { action, userId: user.id, by, reason: "disabled" }, invalidCredentials());
}

/** The same whether an account has the address or not. */
function addressNotVerified(): AppError {
  return new AppError(
    "CONFLICT",
    "The provider has not verified this e-mail address. Sign in another way, then link the provider to your account.",
  );
}
