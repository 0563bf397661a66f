import { and, desc, eq, gte, isNull, sql } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { deleteRows, type Effect } from "../../platform/db/effects.ts";
import { userColumns, type UserRecord } from "../roles/index.ts";
import { isActive, users } from "../users/index.ts";
import { passkeys } from "./table.ts";

/** A passkey as it is listed. */
export interface PasskeyRecord {
  readonly id: string;
  readonly name: string;
  readonly aaguid: string;
  readonly transports: readonly string[];
  readonly isBackupEligible: boolean;
  readonly isBackedUp: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** A passkey with its user, who is active. */
export interface FoundPasskey {
  readonly id: string;
  readonly publicKey: Uint8Array;
  readonly signCount: number;
  readonly isBackupEligible: boolean;
  readonly user: UserRecord;
  /** The version of the user's credentials when it was read. */
  readonly credentialsVersion: number;
}

/** The columns of a `PasskeyRecord`. */
export const passkeyRecordColumns = {
  id: passkeys.id,
  name: passkeys.name,
  aaguid: passkeys.aaguid,
  transports: passkeys.transports,
  isBackupEligible: passkeys.isBackupEligible,
  isBackedUp: passkeys.isBackedUp,
  createdAt: passkeys.createdAt,
  lastUsedAt: passkeys.lastUsedAt,
};

/**
 * In a statement on `passkeys` and `users`: whether they belong together, and the user can sign in with the passkey unless they
 * are disabled.
 */
export const isUsablePasskey = and(
  eq(users.id, passkeys.userId),
  isNull(users.deletedAt),
  gte(passkeys.credentialsVersion, users.identitiesVersion),
);

/** The passkey with this credential id and its user, or null. One that cannot be used is not found. */
export async function findPasskey(db: Db, credentialId: Uint8Array): Promise<FoundPasskey | null> {
  const [row] = await db
    .select({
      user: userColumns,
      id: passkeys.id,
      publicKey: passkeys.publicKey,
      signCount: passkeys.signCount,
      isBackupEligible: passkeys.isBackupEligible,
      credentialsVersion: users.credentialsVersion,
    })
    .from(passkeys)
    .innerJoin(users, isUsablePasskey)
    .where(and(eq(passkeys.credentialId, credentialId), isActive));
  return row ?? null;
}

/** Whether a credential with this id is stored, of any user. */
export async function isCredentialKnown(db: Db, credentialId: Uint8Array): Promise<boolean> {
  const rows = await db
    .select({ id: passkeys.id })
    .from(passkeys)
    .where(eq(passkeys.credentialId, credentialId));
  return rows.length > 0;
}

/** How many of a user's passkeys an authenticator is told about. */
const maximumExcluded = 100;

/** The credentials of a user, so that their authenticators do not create a second one. */
export function findCredentials(db: Db, userId: string) {
  return db
    .select({ credentialId: passkeys.credentialId, transports: passkeys.transports })
    .from(passkeys)
    .innerJoin(users, isUsablePasskey)
    .where(eq(passkeys.userId, userId))
    .orderBy(desc(passkeys.id))
    .limit(maximumExcluded);
}

/** Whether the user has a passkey with which they can sign in. */
export async function hasPasskey(db: Db, userId: string): Promise<boolean> {
  const rows = await db
    .select({ one: sql`1` })
    .from(passkeys)
    .innerJoin(users, isUsablePasskey)
    .where(eq(passkeys.userId, userId))
    .limit(1);
  return rows.length > 0;
}

/** The effect of deleting all passkeys of a user. */
export function deletePasskeysOf(userId: string): Effect {
  return deleteRows(passkeys, eq(passkeys.userId, userId));
}
