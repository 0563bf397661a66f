import { and, eq, gte, isNull, ne, sql, type SQL } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import type { Db } from "../../platform/db/port.ts";
import type { SealedColumn, SealedPlace } from "../../platform/secrets/port.ts";
import { userColumns, type UserRecord } from "../roles/index.ts";
import { type ForeignProfile, isActive, users } from "../users/index.ts";
import { identities } from "./table.ts";

/** What identifies a user at a provider. Their address does not: it can change, and become another user's. */
export interface IdentityKey {
  /** The name of the provider in the settings. */
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
}

/** An identity as it is listed. */
export interface IdentityRecord {
  readonly id: string;
  readonly provider: string;
  readonly email: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
}

/** An identity with its user, who is not deleted. */
export interface FoundIdentity {
  readonly id: string;
  readonly user: UserRecord;
  /** The fields of the user's profile that a provider may fill. */
  readonly profile: ForeignProfile;
  /** The version of the user's credentials when it was read. */
  readonly credentialsVersion: number;
  /** Whether the user is not disabled. */
  readonly isActive: boolean;
}

/** The columns of an `IdentityRecord`. */
export const identityRecordColumns = {
  id: identities.id,
  provider: identities.provider,
  email: identities.email,
  createdAt: identities.createdAt,
  lastUsedAt: identities.lastUsedAt,
};

/** The kept tokens of providers. */
export const sealedProviderTokens: SealedColumn = {
  id: identities.id,
  sealed: identities.sealedTokens,
};

/** Where the kept tokens of an identity are sealed. */
export function placeOfTokens(id: string): SealedPlace {
  return { column: identities.sealedTokens, row: id };
}

/**
 * In a statement on `identities` and `users`: whether they belong together, and the user can sign in with the identity unless
 * they are disabled.
 */
export const isUsableIdentity = and(
  eq(users.id, identities.userId),
  isNull(users.deletedAt),
  gte(identities.credentialsVersion, users.identitiesVersion),
);

/** In a statement on `identities`: whether it is this identity. */
export function hasKey({ provider, issuer, subject }: IdentityKey): SQL | undefined {
  return and(
    eq(identities.provider, provider),
    eq(identities.issuer, issuer),
    eq(identities.subject, subject),
  );
}

/** The identity with its user, or null. That of a deleted user, and one that a claim of the account made void, are not found. */
export async function findIdentity(db: Db, key: IdentityKey): Promise<FoundIdentity | null> {
  const [row] = await db
    .select({
      ...userColumns,
      identityId: sql<string>`${identities.id}`.as("identity_id"),
      credentialsVersion: users.credentialsVersion,
      isActive: isActive.as("is_active"),
      avatarUrl: users.avatarUrl,
      locale: users.locale,
    })
    .from(identities)
    .innerJoin(users, isUsableIdentity)
    .where(hasKey(key));
  if (!row) return null;
  const { identityId: id, credentialsVersion, isActive: isActiveUser, ...columns } = row;
  const { avatarUrl, locale, ...user } = columns;
  const profile = { name: user.name, avatarUrl, locale };
  return { id, user, profile, credentialsVersion, isActive: isActiveUser };
}

/** Whether the user has an identity with another subject at the same issuer. */
export async function hasOtherSubject(
  db: Db,
  userId: string,
  { provider, issuer, subject }: IdentityKey,
): Promise<boolean> {
  const rows = await db
    .select({ id: identities.id })
    .from(identities)
    .innerJoin(users, isUsableIdentity)
    .where(
      and(
        eq(identities.userId, userId),
        eq(identities.provider, provider),
        eq(identities.issuer, issuer),
        ne(identities.subject, subject),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

/** The error for an identity that the user does not have, such as another user's. */
export function identityNotFound(): AppError {
  return new AppError("NOT_FOUND", "There is no such identity.");
}
