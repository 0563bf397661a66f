import { and, eq, isNull, sql, type SQL } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { hasSecondFactor } from "../mfa/index.ts";
import { userColumns, type UserRecord } from "../roles/index.ts";
import { lowerAscii, users } from "../users/index.ts";

/** How a user is identified: by an address in canonical form, a username in any case, or an id. */
export type UserIdentifier =
  | { readonly email: string }
  | { readonly username: string }
  | { readonly id: string };

/** A user with the hash with which a password is compared, and the version of the credentials when it was read. */
export interface UserWithPassword extends UserRecord {
  readonly passwordHash: string | null;
  readonly credentialsVersion: number;
  readonly hasSecondFactor: boolean;
}

/** The active user with this identifier, or null. */
export async function findUserWithPassword(
  db: Db,
  identifier: UserIdentifier,
): Promise<UserWithPassword | null> {
  const found = await findUserEvenDisabled(db, identifier);
  return found?.disabledAt === null ? found : null;
}

/** The user with this identifier who is not deleted, but may be disabled; or null. */
export async function findUserEvenDisabled(
  db: Db,
  identifier: UserIdentifier,
): Promise<(UserWithPassword & { readonly disabledAt: Date | null }) | null> {
  const [user] = await db
    .select({
      ...userColumns,
      passwordHash: users.passwordHash,
      credentialsVersion: users.credentialsVersion,
      disabledAt: users.disabledAt,
      hasSecondFactor: hasSecondFactor({ db }),
    })
    .from(users)
    .where(and(isNull(users.deletedAt), matches(identifier)));
  return user ?? null;
}

function matches(identifier: UserIdentifier): SQL {
  if ("id" in identifier) return eq(users.id, identifier.id);
  return "email" in identifier
    ? eq(sql`lower(${users.email})`, identifier.email)
    : eq(sql`lower(${users.username})`, lowerAscii(identifier.username));
}
