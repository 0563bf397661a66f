import { and, eq, sql, type SQL } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { userColumns, type UserRecord } from "../roles/index.ts";
import { isActive, lowerAscii, users } from "../users/index.ts";

/** By what a user may be looked up: an address in canonical form, a username in any case, or an id. */
export type UserIdentifier =
  | { readonly email: string }
  | { readonly username: string }
  | { readonly id: string };

/** An active user with what a password is compared with, and the version at which that was read. */
export interface UserWithPassword extends UserRecord {
  readonly passwordHash: string | null;
  readonly credentialsVersion: number;
}

/** The active user with this identifier, or null. */
export async function findUserWithPassword(
  db: Db,
  identifier: UserIdentifier,
): Promise<UserWithPassword | null> {
  const [user] = await db
    .select({
      ...userColumns,
      passwordHash: users.passwordHash,
      credentialsVersion: users.credentialsVersion,
    })
    .from(users)
    .where(and(isActive, matches(identifier)));
  return user ?? null;
}

function matches(identifier: UserIdentifier): SQL {
  if ("id" in identifier) return eq(users.id, identifier.id);
  return "email" in identifier
    ? eq(sql`lower(${users.email})`, identifier.email)
    : eq(sql`lower(${users.username})`, lowerAscii(identifier.username));
}
